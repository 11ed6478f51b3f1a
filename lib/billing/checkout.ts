import { env } from "@/lib/env";
import { isLivemode, type Stripe, stripe } from "@/lib/stripe";
import { spendAllowance } from "./allowance";
import { BillingError } from "./errors";
import { isMissing } from "./fetch";
import { fingerprint, sendOnce } from "./idempotency";
import { priceOnSale } from "./on-sale";
import { ensureCustomer, giveUpCustomer, type Owner } from "./ownership";
import { choiceOf, type PlanChoice } from "./plans";
import { isFinalStatus } from "./subscription/access";
import { syncSubscription } from "./subscription/lifecycle";
import { hadTrial } from "./trials";

/**
 * Buying a plan at Stripe's Checkout. At most one session of a customer is open, so that one wish cannot be paid twice.
 * https://docs.stripe.com/payments/checkout/build-subscriptions
 */

export type CheckoutStart =
  | { outcome: "open"; url: WebAddress }
  /** There is a subscription that has not ended: it is to be changed, not bought again. */
  | { outcome: "subscribed" };

type WebAddress = `http${string}:${string}`;

type Session = Stripe.Checkout.Session;

/** A person waits: a failure of the moment is worth more tries than elsewhere. */
const PATIENT = { maxNetworkRetries: 3 } as const;

/**
 * Leads a user to the payment of a plan. Asked again for the same, it leads to the same session, from any number of tabs
 * and servers; asked for something else, the session that was open before is closed.
 * @param seats counts only where the plan is sold by the seat
 * @throws BillingError if no such plan is on sale; Refusal if it was asked too often
 */
export async function startCheckout(
  user: Owner,
  wanted: { lookupKey: string; seats: number },
): Promise<CheckoutStart> {
  const choice = choiceOf(wanted.lookupKey);
  if (!choice) throw BillingError.notOnSale(wanted.lookupKey);
  const { id: price } = await priceOnSale(wanted.lookupKey);
  await spendAllowance(user.id);
  const sale = { user, price, choice, seats: wanted.seats };
  const customer = await ensureCustomer(user);
  try {
    return await sell({ ...sale, customer });
  } catch (error) {
    // A test key of another account does not know the customers of the one before. A live key never changes accounts.
    if (isLivemode() || !isAboutMissingCustomer(error)) throw error;
    await giveUpCustomer(customer);
    return sell({ ...sale, customer: await ensureCustomer(user) });
  }
}

function isAboutMissingCustomer(error: unknown): boolean {
  return isMissing(error) && "param" in error && error.param === "customer";
}

type Sale = { user: Owner; customer: string; price: string; choice: PlanChoice; seats: number };

async function sell(sale: Sale): Promise<CheckoutStart> {
  const { user, customer } = sale;
  // First these: what is paid afterwards is among the subscriptions, or was open here and cannot be closed.
  const sessions = await readSessions(customer);
  const past = await readPast(customer);
  if (past.live.length > 0) {
    await Promise.all(past.live.map(syncSubscription));
    return { outcome: "subscribed" };
  }
  const isFirstTrial = !past.hadTrial && !(await hadTrial(user.id));
  return openSession(sessions, sessionParams(sale, isFirstTrial));
}

/** The newest first. */
async function readSessions(customer: string): Promise<Session[]> {
  const api = await stripe();
  return (await api.checkout.sessions.list({ customer, limit: 100 }, PATIENT)).data;
}

/** What Stripe knows of a customer's subscriptions. The rows may be behind: a payment of a moment ago in another tab. */
async function readPast(customer: string): Promise<{ live: string[]; hadTrial: boolean }> {
  const api = await stripe();
  const { data } = await api.subscriptions.list({ customer, status: "all", limit: 100 }, PATIENT);
  return {
    // One whose first payment was never made is no reason to refuse the next attempt.
    live: data.filter(({ status }) => !isFinalStatus(status) && status !== "incomplete").map(({ id }) => id),
    hadTrial: data.some(({ trial_start }) => trial_start !== null),
  };
}

function sessionParams(
  { user, customer, price, choice: { plan, ...choice }, seats }: Sale,
  isFirstTrial: boolean,
) {
  const { APP_URL, CHECKOUT_TAX, CHECKOUT_ADDRESS } = env();
  const quantity = plan.seats ? seats : 1;
  const back = new URLSearchParams({ plan: choice.price.lookupKey, seats: String(quantity) });
  return {
    mode: "subscription",
    customer,
    // For whoever looks into Stripe's dashboard. Nothing here believes it: the customer tells whose session it is.
    client_reference_id: user.id,
    line_items: [
      {
        price,
        quantity,
        ...(plan.seats
          ? { adjustable_quantity: { enabled: true, minimum: 1, maximum: plan.seats.most } }
          : {}),
      },
    ],
    ...(plan.trialDays > 0 && isFirstTrial
      ? { subscription_data: { trial_period_days: plan.trialDays } }
      : {}),
    allow_promotion_codes: true,
    billing_address_collection: CHECKOUT_ADDRESS,
    ...(CHECKOUT_TAX === "automatic"
      ? {
          automatic_tax: { enabled: true },
          tax_id_collection: { enabled: true },
          // The tax goes by the address, and the tax id by the name, that are given at Checkout.
          customer_update: { address: "auto", name: "auto" },
        }
      : {}),
    success_url: `${APP_URL}/checkout/return?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${APP_URL}/checkout?${back}`,
  } as const satisfies Stripe.Checkout.SessionCreateParams;
}

/** Finds the open session for exactly this, or makes it, and closes every other one of the customer. */
async function openSession(
  sessions: readonly Session[],
  params: Stripe.Checkout.SessionCreateParams & { customer: string },
): Promise<CheckoutStart> {
  const api = await stripe();
  const print = fingerprint(params);
  const known = sessions.find((session) => isOpen(session) && session.metadata?.fingerprint === print);
  // The newest session is part of the key: the same wish after a payment or an expiry is a new one.
  const session =
    known ??
    (await sendOnce(fingerprint(print, sessions[0]?.id ?? null), (idempotencyKey) =>
      api.checkout.sessions.create(
        { ...params, metadata: { fingerprint: print } },
        { ...PATIENT, idempotencyKey },
      ),
    ));
  const others = [...sessions, ...(known ? [] : await olderThan(session, params.customer))].filter(isOpen);
  const byId = new Map(others.map((one) => [one.id, one]));
  byId.delete(session.id);
  const isAlone = await expireEach([...byId.values()]);
  if (!isAlone) {
    await expireEach([session]);
    return { outcome: "subscribed" };
  }
  if (!isWebAddress(session.url)) throw BillingError.noCheckoutUrl(session.id);
  return { outcome: "open", url: session.url };
}

const isWebAddress = (url: string | null): url is WebAddress => url !== null && /^https?:/.test(url);

const isOpen = ({ status, mode }: Session) => status === "open" && mode === "subscription";

/** Two tabs may each make a session for another plan: the younger one stays. */
async function olderThan({ id }: Session, customer: string): Promise<Session[]> {
  const sessions = await readSessions(customer);
  return sessions.slice(sessions.findIndex((session) => session.id === id) + 1);
}

/** @returns false if one of them was paid in the meantime */
export async function expireEach(sessions: readonly Session[]): Promise<boolean> {
  const results = await Promise.all(sessions.map(({ id }) => expire(id)));
  return results.every((isExpired) => isExpired);
}

async function expire(id: string): Promise<boolean> {
  const api = await stripe();
  try {
    await api.checkout.sessions.expire(id, {}, PATIENT);
    return true;
  } catch (error) {
    const { status } = await api.checkout.sessions.retrieve(id, {}, PATIENT);
    if (status === "open") throw error;
    return status === "expired";
  }
}
