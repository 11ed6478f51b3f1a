import { createHmac } from "node:crypto";
import Stripe from "stripe";
import { advanceAccount } from "../../dev/stripe/engine/advance.ts";
import { startLocalStripe } from "../../dev/stripe/server.ts";
import { HANDLED_EVENTS } from "../../lib/billing/webhook/events.ts";

/** One customer's events in the order in which they happened, cut where the ids of that customer's own objects end. */
type Life = readonly string[][];

/** What a signed body is about, for whoever answers in Stripe's place. */
export type Renewals = {
  /** The next bodies: no id comes twice. */
  take(count: number): string[];
  /** What Stripe's API says about an object that some event was about, as JSON. */
  retrieve(id: string): string | undefined;
  /** What the first so many customers are subscribed to, for whoever keeps nothing of what is not there before. */
  subscriptions(count: number): { id: string; price: string }[];
};

/** How many customers renew at the same time: their events come in between each other. */
const AT_ONCE = 64;
const DIGITS = 8;

/**
 * An endless night of renewals. The local Stripe renews subscriptions of one and of two items, and every customer lives
 * one of these lives under ids of their own: five events of 1 to 12 KiB. One customer in eight has them come late.
 */
export async function recordRenewals(): Promise<Renewals> {
  const lives = await Promise.all([1, 1, 2].map(recordLife));
  const objects = new Map(lives.flatMap((life) => newestObjects(life)));
  const sold = lives.map(subscriptionOf);
  let customers = 0;
  let waiting: string[] = [];
  const refill = () => {
    const some = Array.from({ length: AT_ONCE }, (_, place) => {
      const suffix = suffixOf(customers++);
      return (lives[place % lives.length] ?? []).map((parts) => parts.join(suffix));
    });
    waiting = interleave(some);
  };
  return {
    take(count) {
      const taken: string[] = [];
      while (taken.length < count) {
        if (waiting.length === 0) refill();
        taken.push(...waiting.splice(0, count - taken.length));
      }
      return taken;
    },
    subscriptions: (count) =>
      Array.from({ length: count }, (_, customer) => {
        const { stem, price } = sold[(customer % AT_ONCE) % sold.length] ?? { stem: "", price: "" };
        return { id: stem + suffixOf(customer), price };
      }),
    retrieve(id) {
      const [stem, suffix] = [id.slice(0, -DIGITS), id.slice(-DIGITS)];
      return objects.get(stem)?.join(suffix);
    },
  };
}

/** The first event of all, then the second of all; one in eight is one place late. */
function interleave(lives: readonly string[][]): string[] {
  const longest = Math.max(...lives.map((life) => life.length));
  const places: { at: number; body: string }[] = [];
  for (const [customer, life] of lives.entries())
    for (const [index, body] of life.entries())
      places.push({ at: (index + (customer % 8 === 0 ? 1.5 : 0)) * (longest / life.length), body });
  return places.sort((a, b) => a.at - b.at).map(({ body }) => body);
}

/** A charge takes Stripe two seconds, and the local one no time. */
const PAID_LATER = new Set(["invoice.updated", "invoice.paid"]);

async function recordLife(items: number): Promise<Life> {
  const local = await startLocalStripe({ seed: items });
  try {
    const api = new Stripe("sk_test_bench", { protocol: "http", host: "127.0.0.1", port: local.port });
    const { id: customer } = await api.customers.create({ email: "ada@example.com", name: "Ada Lovelace" });
    const { id: card } = await api.paymentMethods.attach("pm_card_visa", { customer });
    const subscription = await api.subscriptions.create({
      customer,
      default_payment_method: card,
      items: await Promise.all(Array.from({ length: items }, (_, n) => priceOf(api, n))),
      metadata: { workspace: "ws_9f8e7d", source: "pricing-page", plan: "team" },
    });
    const before = new Set((await listEvents(local.url)).map(({ id }) => id));
    const end = subscription.items.data[0]?.current_period_end ?? 0;
    await advanceAccount(local.account, end + 2 * 3600);
    await api.customers.update(customer, { email: "ada.lovelace@example.com" });
    const after = (await listEvents(local.url)).filter(
      ({ id, type }) => !before.has(id) && Object.hasOwn(HANDLED_EVENTS, type),
    );
    const own = new RegExp(`\\b((?:cus|sub|si|in|il|evt|pm|pi|ch|req)_\\w+?)\\w{${DIGITS}}\\b`, "g");
    return after
      .reverse()
      .map((event) => ({ ...event, created: event.created + (PAID_LATER.has(event.type) ? 2 : 0) }))
      .map((event) => JSON.stringify(event, null, 2).replace(own, "$1\0").split("\0"));
  } finally {
    await local.close();
  }
}

async function priceOf(api: Stripe, n: number): Promise<{ price: string; quantity: number }> {
  const product = await api.products.create({ name: `Plan ${n}` });
  const recurring = { interval: "month" } as const;
  const price = await api.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 2000,
    recurring,
  });
  return { price: price.id, quantity: 1 + n };
}

type StripeEvent = { id: string; type: string; created: number };

async function listEvents(url: string): Promise<StripeEvent[]> {
  const headers = { authorization: "Bearer sk_test_bench" };
  const { data } = await (await fetch(`${url}/v1/events?limit=100`, { headers })).json();
  return data;
}

const suffixOf = (customer: number) => String(customer).padStart(DIGITS, "0");

const objectOf = (parts: readonly string[]) => JSON.parse(parts.join("0".repeat(DIGITS))).data.object;

/** The last state of each object of a life, by the stem of its id. */
function newestObjects(life: Life): [string, string[]][] {
  return life.map((parts) => {
    const object = objectOf(parts);
    return [String(object.id).slice(0, -DIGITS), cut(object)];
  });
}

function subscriptionOf(life: Life): { stem: string; price: string } {
  const subscription = life.map(objectOf).find(({ object }) => object === "subscription");
  return {
    stem: String(subscription.id).slice(0, -DIGITS),
    price: String(subscription.items.data[0].price.id),
  };
}

const cut = (object: object) => JSON.stringify(object).split(new RegExp(`(?<=_\\w+)0{${DIGITS}}(?=")`));

/** The `stripe-signature` header for a body, made now. */
export function sign(body: string, secret: string): string {
  const timestamp = Math.floor(Date.now() / 1000);
  const digest = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  return `t=${timestamp},v1=${digest}`;
}
