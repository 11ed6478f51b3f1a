import type { Stripe } from "@/lib/stripe";
import { PLANS, type Plan } from "../plans";
import { differing, type Ids, type SetupStep } from "./step";

/** A product for each plan, told by the `plan` in its metadata. https://docs.stripe.com/api/products */
export async function planProducts(api: Stripe, ids: Ids): Promise<SetupStep[]> {
  const known = await api.products.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  return PLANS.flatMap((plan) => planProduct(api, ids, plan, known));
}

function planProduct(api: Stripe, ids: Ids, plan: Plan, known: readonly Stripe.Product[]): SetupStep[] {
  const wanted = {
    name: plan.name,
    description: plan.description,
    marketing_features: plan.lines.map((name) => ({ name })),
    unit_label: plan.seats ? "seat" : "",
    active: true,
  };
  const own = known.filter(({ metadata }) => metadata.plan === plan.key);
  const product = own.find(({ active }) => active) ?? own[0];
  if (!product) {
    const apply = async () => {
      const { unit_label, ...rest } = wanted;
      const params = { ...rest, metadata: { plan: plan.key }, ...(unit_label ? { unit_label } : {}) };
      ids.products.set(plan.key, (await api.products.create(params)).id);
    };
    return [{ words: `+ product ${plan.name}`, apply }];
  }
  ids.products.set(plan.key, product.id);
  const fields = differing(wanted, product);
  if (fields.length === 0) return [];
  const apply = () => api.products.update(product.id, wanted);
  return [{ words: `~ product ${plan.name} (${product.id}): ${fields.join(", ")}`, apply }];
}
