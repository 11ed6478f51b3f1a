import { type Stripe, stripe } from "@/lib/stripe";
import { Refusal } from "../errors";
import { fingerprint } from "../idempotency";
import { invoices } from "../invoices";
import { syncSubscription } from "../subscription/lifecycle";
import { hasPaymentMethod, idOf, retrieveOwn } from "../subscription/own";
import { syncObject } from "../sync";
import { checkChangeable } from "./kind";
import { readPlanItem } from "./preview";
import { type Quote, readQuote } from "./quote";
import { planAgain, planForLater, takeBack } from "./waiting";

/** What became of a change: done, kept for the period's end, or waiting until its payment goes through. */
export type Changed = "changed" | "planned" | "unpaid";

type Subscription = Stripe.Subscription;

/**
 * Does what a quote says, once, however often it is confirmed. What it leads to is in the rows when this returns.
 * An upgrade whose payment fails or waits for the customer's bank leaves the plan as it was (docs/decisions/0010).
 * @param token what previewChange gave
 * @throws Refusal with words for the user
 */
export async function changePlan(userId: string, token: string, now: Date): Promise<Changed> {
  const quote = readQuote(token, now);
  const subscription = await retrieveOwn(userId, quote.subscription);
  const { item } = await readPlanItem(subscription);
  const has = { price: item.price.id, quantity: item.quantity ?? 1 };
  if (isSame(has, quote.to)) {
    await syncSubscription(subscription.id);
    return "changed";
  }
  checkChangeable(subscription);
  const isAsShown = subscription.status === quote.status && item.current_period_end === quote.periodEnd;
  if (!isAsShown || !isSame(has, quote.from)) throw Refusal.quoteOutdated();
  const idempotencyKey = fingerprint(token);
  if (quote.kind === "now") return upgrade(subscription, quote, idempotencyKey);
  await planForLater(subscription, quote, idempotencyKey);
  return "planned";
}

const isSame = (one: Quote["to"], other: Quote["to"]) =>
  one.price === other.price && one.quantity === other.quantity;

/** Whatever waited before gives way to this. */
async function upgrade(before: Subscription, quote: Quote, idempotencyKey: string): Promise<Changed> {
  if (quote.due > 0 && !(await hasPaymentMethod(before))) throw Refusal.noPaymentMethod();
  const planned = waitsForThis(before, quote) ? null : await takeBack(before);
  const after = await update(before, quote, idempotencyKey).catch(async (error: unknown) => {
    // Stripe said no: what was planned is planned still.
    if (planned && error instanceof Refusal) await planAgain(before.id, planned);
    throw error;
  });
  await syncSubscription(before.id);
  if (!after.pending_update) return "changed";
  // The bill is to be seen at once, for it is what the change waits for.
  if (after.latest_invoice) await syncObject(invoices, idOf(after.latest_invoice));
  return "unpaid";
}

async function update({ id }: Subscription, quote: Quote, idempotencyKey: string): Promise<Subscription> {
  const api = await stripe();
  try {
    return await api.subscriptions.update(
      id,
      {
        items: [{ id: quote.item, price: quote.to.price, quantity: quote.to.quantity }],
        payment_behavior: "pending_if_incomplete",
        proration_behavior: "always_invoice",
        ...(quote.prorationDate === null ? {} : { proration_date: quote.prorationDate }),
        ...(quote.endsTrial ? { trial_end: "now" } : {}),
      },
      { idempotencyKey },
    );
  } catch (error) {
    const isRefused = error instanceof Error && "type" in error && error.type === "StripeInvalidRequestError";
    throw isRefused ? Refusal.notAccepted(error) : error;
  }
}

/** Confirmed once more while its first payment waits: Stripe answers as before, and nothing is to be taken back. */
function waitsForThis({ pending_update }: Subscription, { to }: Quote): boolean {
  return (pending_update?.subscription_items ?? []).some(({ price, quantity = 1 }) =>
    isSame({ price: price.id, quantity }, to),
  );
}
