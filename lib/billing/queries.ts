import { env } from "@/lib/env";
import { query } from "@/lib/pool";
import { isLivemode } from "@/lib/stripe";
import { prices } from "./catalogue";
import { type OwnSubscription, readOwn } from "./own";
import { choiceOf, PLANS, type Plan } from "./plans";
import type { JsonObject } from "./read";
import { type Standing, standingOf } from "./standing";
import { decideAccess, hasEnded } from "./subscription/access";
import type { InvoiceState, PriceState } from "./subscription/from-stripe";
import type { FactView } from "./timeline/read";

/** Money in minor units of its currency: 2000 with "usd" is $20.00. https://docs.stripe.com/currencies */
export type Money = { amount: number; currency: string };

export type PriceView = {
  id: string;
  /** Null where Stripe has no single figure, as with tiers. */
  unitAmount: Money | null;
  interval: string | null;
  intervalCount: number;
  metered: boolean;
};

export type SubscriptionView = {
  id: string;
  status: string;
  cancelAtPeriodEnd: boolean;
  cancelAt: Date | null;
  currentPeriodStart: Date | null;
  currentPeriodEnd: Date | null;
  trialEnd: Date | null;
  endedAt: Date | null;
  items: { id: string; productName: string | null; price: PriceView | null; quantity: number | null }[];
  /** While nothing is collected, as an operator may have it at Stripe: the plan goes on all the same. Null where it is collected. */
  pause: { isCollectedLater: boolean; resumesAt: Date | null } | null;
  /** A change that was asked for and has not come yet, or null. */
  waiting: WaitingChange | null;
  /** The moment on Stripe's clock up to which these rows are known to be true. */
  confirmedAt: Date;
};

/** For the end of the period, or until its payment goes through; `at` is when it comes, or when it is given up. */
export type WaitingChange = {
  kind: "planned" | "unpaid";
  at: Date;
  planName: string | null;
  price: PriceView | null;
  quantity: number | null;
};

export type InvoiceView = {
  id: string;
  number: string | null;
  /** Stripe's word: draft, open, paid, uncollectible or void; null on very old ones. */
  status: string | null;
  amountDue: Money;
  amountPaid: Money;
  createdAt: Date | null;
  attemptCount: number;
  nextPaymentAttempt: Date | null;
  hostedInvoiceUrl: string | null;
  invoicePdf: string | null;
};

export type BillingView = Standing & {
  /** The subscription that decided the access, or null if the user never had one. */
  subscription: SubscriptionView | null;
  /** Other subscriptions of the user that have not ended. */
  others: SubscriptionView[];
  /** Newest first, at most 24, without drafts. */
  invoices: InvoiceView[];
  /** What happened, the newest first. */
  timeline: FactView[];
  /** True while an event about this user's billing waits to be settled with Stripe: look again in a moment. */
  settling: boolean;
};

/** A plan of the plan file that can be bought, with the prices that Stripe has for it. */
export type PlanView = Pick<Plan, "key" | "name" | "description" | "lines" | "seats" | "trialDays"> & {
  productIds: string[];
  prices: (PriceView & { lookupKey: string })[];
};

/**
 * What gates and pages have to know of a user's billing: their own rows, reached only through the customer linked to
 * them, and read by one statement, so that all of it is of one moment whatever arrives meanwhile.
 * @throws if the database cannot be reached
 */
export async function readBilling(userId: string, now: Date): Promise<BillingView> {
  const { subscriptions, entitled, invoices, timeline, settling } = await readOwn(userId);
  const access = decideAccess(subscriptions, now, { pastDueGraceDays: env().PAST_DUE_GRACE_DAYS });
  const decided = subscriptions.find(({ id }) => id === access.subscriptionId);
  const live = subscriptions.filter(
    (subscription) => subscription !== decided && !hasEnded(subscription, now),
  );
  return {
    ...standingOf(access, decided, entitled),
    subscription: decided ? viewSubscription(decided) : null,
    others: live.map(viewSubscription),
    invoices: invoices.map(viewInvoice),
    timeline,
    settling,
  };
}

/**
 * What can be bought: the plans of the plan file, in its order, as far as Stripe has them on sale. What they cost is for
 * Stripe to say.
 * @throws if the database cannot be reached
 */
export async function readPlans(): Promise<PlanView[]> {
  const rows = await query<{ price: JsonObject }>(
    `select to_json(price) as price from prices price join products product on product.id = price.product_id
    where price.active and price.deleted_at is null and price.livemode = $1 and price.lookup_key is not null
      and product.active and product.deleted_at is null and product.livemode = $1
    order by price.stripe_state_at desc`,
    [isLivemode()],
  );
  const onSale = rows.map(({ price }) => prices.read(price));
  return PLANS.map(({ key, name, description, lines, seats, trialDays, prices: { month, year } }) => {
    const own = [month, year].flatMap(({ lookupKey }) => {
      const price = onSale.find((one) => one.lookupKey === lookupKey);
      return price ? [{ ...price, lookupKey }] : [];
    });
    return {
      ...{ key, name, description, lines, seats, trialDays },
      productIds: own.flatMap(({ productId }) => productId ?? []),
      prices: own.map((price) => ({ ...viewPrice(price), lookupKey: price.lookupKey })),
    };
  }).filter((plan) => plan.prices.length > 0);
}

function viewSubscription(own: OwnSubscription): SubscriptionView {
  const { id, status, cancelAtPeriodEnd, cancelAt, trialEnd, endedAt, confirmedAt } = own;
  const { currentPeriodStart, currentPeriodEnd } = own;
  return {
    ...{ id, status, cancelAtPeriodEnd, cancelAt, trialEnd, endedAt, confirmedAt },
    ...{ currentPeriodStart, currentPeriodEnd },
    pause: own.pauseBehavior
      ? { isCollectedLater: own.pauseBehavior === "keep_as_draft", resumesAt: own.pauseResumesAt }
      : null,
    waiting: own.waiting && viewWaiting(own.waiting),
    items: own.items.map(({ id, product, price, quantity }) => ({
      ...{ id, quantity },
      productName: product?.name ?? null,
      price: price && viewPrice(price),
    })),
  };
}

function viewWaiting({ price, ...waiting }: NonNullable<OwnSubscription["waiting"]>): WaitingChange {
  return {
    ...waiting,
    planName: choiceOf(price?.lookupKey ?? null)?.plan.name ?? null,
    price: price && viewPrice(price),
  };
}

function viewPrice({ id, unitAmount, currency, interval, intervalCount, usageType }: PriceState): PriceView {
  return {
    ...{ id, interval },
    unitAmount: unitAmount === null ? null : money(unitAmount, currency),
    intervalCount: intervalCount ?? 1,
    metered: usageType === "metered",
  };
}

function viewInvoice({ amountDue, amountPaid, currency, ...invoice }: InvoiceState): InvoiceView {
  const { id, number, status, createdAt, attemptCount } = invoice;
  const { nextPaymentAttempt, hostedInvoiceUrl, invoicePdf } = invoice;
  return {
    ...{ id, number, status, createdAt, attemptCount, nextPaymentAttempt, hostedInvoiceUrl, invoicePdf },
    amountDue: money(amountDue, currency),
    amountPaid: money(amountPaid, currency),
  };
}

/** Amounts were safe integers when they came in, so a number holds them. */
function money(amount: bigint, currency: string): Money {
  return { amount: Number(amount), currency };
}
