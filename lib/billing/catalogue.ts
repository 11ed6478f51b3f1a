import { db, type Tx } from "@/lib/db";
import { isLivemode } from "@/lib/stripe";
import { BillingError } from "./errors";
import { ask } from "./fetch";
import { mirror, type Outcome, splitRow } from "./mirror";
import type { Stamp } from "./order";
import { metadata } from "./read";
import {
  type PriceState,
  type ProductState,
  priceFromStripe,
  productFromStripe,
} from "./subscription/from-stripe";
import type { StripeEvent } from "./webhook/event";

/**
 * A product may be made again under an id of one's own choosing, so not even deletion is final. Which of a deletion and
 * another event of its second came last is for Stripe to say.
 */
const catalogueLife = {
  isFinal: () => false,
  stage: () => [],
  isGone: (state: { deletedAt: Date | null }) => state.deletedAt !== null,
};

const markDeleted = <State extends { deletedAt: Date | null }>(state: State, deletedAt: Date): State => ({
  ...state,
  deletedAt,
});

/** The products table. Nothing else writes it. */
export const products = mirror<ProductState>({
  kind: "product",
  ...catalogueLife,
  fromStripe: productFromStripe,
  read: readProduct,
  write: writeProduct,
  fetch: (id) => ask((api) => api.products.retrieve(id)),
});

/** The prices table. Nothing else writes it. */
export const prices = mirror<PriceState>({
  kind: "price",
  ...catalogueLife,
  fromStripe: priceFromStripe,
  read: readPrice,
  write: writePrice,
  fetch: (id) => ask((api) => api.prices.retrieve(id)),
});

/** A product or price was made, changed or deleted in the catalogue. https://docs.stripe.com/products-prices/overview */
export function updateCatalogue(tx: Tx, event: StripeEvent): Promise<Outcome> {
  const revise = event.type.endsWith(".deleted") ? markDeleted : undefined;
  return event.type.startsWith("product.")
    ? products.apply(tx, event, revise)
    : prices.apply(tx, event, revise);
}

/**
 * The price that is on sale under a lookup key: the one that the pricing page shows.
 * @throws BillingError if there is none
 */
export async function priceOnSale(lookupKey: string): Promise<string> {
  const price = await db().price.findFirst({
    where: { lookupKey, active: true, deletedAt: null, livemode: isLivemode() },
    // While a lookup key moves to another price, the events may say for a moment that both have it.
    orderBy: { stripeStateAt: "desc" },
    select: { id: true },
  });
  if (!price) throw BillingError.notOnSale(lookupKey);
  return price.id;
}

async function readProduct(tx: Tx, id: string) {
  const row = await tx.product.findUnique({ where: { id } });
  return row && splitRow({ ...row, metadata: metadata(row.metadata) });
}

async function writeProduct(tx: Tx, { id, ...columns }: ProductState, stamp: Stamp): Promise<void> {
  await tx.product.upsert({
    where: { id },
    create: { id, ...columns, ...stamp },
    update: { ...columns, ...stamp, version: { increment: 1 } },
  });
}

async function readPrice(tx: Tx, id: string) {
  const row = await tx.price.findUnique({ where: { id } });
  return row && splitRow(row);
}

async function writePrice(tx: Tx, { id, ...columns }: PriceState, stamp: Stamp): Promise<void> {
  await tx.price.upsert({
    where: { id },
    create: { id, ...columns, ...stamp },
    update: { ...columns, ...stamp, version: { increment: 1 } },
  });
}
