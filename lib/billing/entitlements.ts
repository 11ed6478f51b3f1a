import type { Tx } from "@/lib/db";
import { isLivemode, type Stripe } from "@/lib/stripe";
import { ask } from "./fetch";
import { mirror, type Outcome, splitRow } from "./mirror";
import type { Stamp } from "./order";
import { isObject } from "./read";
import { type EntitlementState, entitlementsFromStripe } from "./subscription/from-stripe";
import type { StripeEvent } from "./webhook/event";

/** The entitlement_summaries table. Nothing else writes it. */
export const entitlements = mirror<EntitlementState>({
  kind: "entitlement summary",
  fromStripe: entitlementsFromStripe,
  read: readEntitlements,
  write: writeEntitlements,
  fetch: (customer) => ask((api) => retrieveSummary(api, customer)),
  isPartial: ({ entitlements }: { entitlements?: unknown }) =>
    isObject(entitlements) && entitlements.has_more === true,
  stage: () => [],
  isFinal: () => false,
});

/**
 * What a customer may use changed. Where the account uses Stripe's entitlements, they win over the plan file.
 * https://docs.stripe.com/billing/entitlements
 */
export function updateEntitlements(tx: Tx, event: StripeEvent): Promise<Outcome> {
  return entitlements.apply(tx, event);
}

/** Stripe's API lists entitlements; the summary of them is made here as its events have it. A plan has far fewer than 100. */
async function retrieveSummary(api: Stripe, customer: string) {
  const { data, lastResponse } = await api.entitlements.activeEntitlements.list({ customer, limit: 100 });
  return { customer, livemode: isLivemode(), entitlements: { data }, lastResponse };
}

async function readEntitlements(tx: Tx, id: string) {
  const row = await tx.entitlementSummary.findUnique({ where: { id } });
  return row && splitRow(row);
}

async function writeEntitlements(tx: Tx, { id, ...columns }: EntitlementState, stamp: Stamp): Promise<void> {
  await tx.entitlementSummary.upsert({
    where: { id },
    create: { id, ...columns, ...stamp },
    update: { ...columns, ...stamp, version: { increment: 1 } },
  });
}
