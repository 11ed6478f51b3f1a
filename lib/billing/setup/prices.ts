import type { Stripe } from "@/lib/stripe";
import { CADENCES, type Cadence, CURRENCY, PLANS, type Plan } from "../plans";
import { id } from "../read";
import { differing, type Ids, made, type SetupStep } from "./step";

/**
 * A price for each plan and cadence, found by its lookup key. A price's amount never changes at Stripe: another amount is
 * a new price that takes the lookup key over. Whoever subscribed to the old one keeps it.
 * https://docs.stripe.com/products-prices/manage-prices#lookup-keys
 */
export async function planPrices(api: Stripe, ids: Ids): Promise<SetupStep[]> {
  const changes: SetupStep[] = [];
  for (const plan of PLANS)
    for (const cadence of CADENCES) changes.push(...(await planPrice(api, ids, plan, cadence)));
  return changes;
}

async function planPrice(api: Stripe, ids: Ids, plan: Plan, cadence: Cadence): Promise<SetupStep[]> {
  const { lookupKey, amount } = plan.prices[cadence];
  const wanted = {
    currency: CURRENCY,
    unit_amount: amount,
    recurring: { interval: cadence, interval_count: 1, usage_type: "licensed" },
  } as const;
  const { data } = await api.prices.list({ lookup_keys: [lookupKey], limit: 1 });
  const [price] = data;
  if (price && id(price.product) === ids.products.get(plan.key) && differing(wanted, price).length === 0) {
    ids.prices.set(lookupKey, price.id);
    if (price.active) return [];
    const apply = () => api.prices.update(price.id, { active: true });
    return [{ words: `~ price ${lookupKey} (${price.id}): on sale again`, apply }];
  }
  const apply = async () => {
    const { id } = await api.prices.create({
      ...wanted,
      product: made(ids.products, plan.key),
      lookup_key: lookupKey,
      transfer_lookup_key: true,
      metadata: { plan: plan.key },
    });
    ids.prices.set(lookupKey, id);
  };
  const before = price ? `, in place of ${price.unit_amount} (${price.id})` : "";
  return [{ words: `+ price ${lookupKey}: ${amount} ${CURRENCY} a ${cadence}${before}`, apply }];
}

/** Takes off sale what another price has replaced, or will have once the changes before this one are applied. */
export async function planRetirements(api: Stripe, ids: Ids): Promise<SetupStep[]> {
  const changes: SetupStep[] = [];
  for (const plan of PLANS) {
    for (const price of await replaced(api, ids, plan)) {
      const interval = price.recurring?.interval === "year" ? "year" : "month";
      const apply = () => retire(api, price, made(ids.prices, plan.prices[interval].lookupKey));
      changes.push({ words: `- price ${price.id} of ${plan.name}: off sale, kept for who has it`, apply });
    }
  }
  return changes;
}

/** Prices on sale that carry one of the plan's lookup keys or were made here, and are not the ones to sell. */
async function replaced(api: Stripe, ids: Ids, plan: Plan): Promise<Stripe.Price[]> {
  const lookupKeys = CADENCES.map((cadence) => plan.prices[cadence].lookupKey);
  const product = ids.products.get(plan.key);
  const [keyed, own] = await Promise.all([
    api.prices.list({ lookup_keys: lookupKeys, active: true, limit: 10 }),
    product ? api.prices.list({ product, active: true, limit: 100 }) : { data: [] },
  ]);
  const known = [...keyed.data, ...own.data.filter(({ metadata }) => metadata.plan === plan.key)];
  const current = new Set(ids.prices.values());
  return [...new Map(known.map((price) => [price.id, price])).values()].filter(({ id }) => !current.has(id));
}

/** Stripe keeps the default price of a product on sale, so the successor becomes that first. */
async function retire(api: Stripe, price: Stripe.Price, successor: string): Promise<void> {
  const product = await api.products.retrieve(id(price.product) ?? "");
  if (id(product.default_price) === price.id)
    await api.products.update(product.id, { default_price: successor });
  await api.prices.update(price.id, { active: false });
}
