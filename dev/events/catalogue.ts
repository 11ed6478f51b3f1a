import Stripe from "stripe";

type Interval = "month" | "year";
type Plan = {
  key: string;
  name: string;
  description: string;
  features: string[];
  /** In cents. */
  amounts: Record<Interval, number>;
  /** What a unit is called where the price is for each, as with seats. */
  unit?: string;
};

const PLANS: readonly Plan[] = [
  {
    key: "solo",
    name: "Solo",
    description: "For decisions of your own.",
    features: ["Unlimited decisions", "Search by asking"],
    amounts: { month: 500, year: 5_000 },
  },
  {
    key: "team",
    name: "Team",
    description: "For teams. Per seat.",
    features: ["Everything in Solo", "Shared decisions and roles", "History kept for good"],
    amounts: { month: 1_500, year: 15_000 },
    unit: "seat",
  },
  {
    key: "company",
    name: "Company",
    description: "For many teams under one roof.",
    features: ["Everything in Team", "Single sign-on", "Audit log", "An answer within a day"],
    amounts: { month: 9_000, year: 90_000 },
  },
];

export type Catalogue = { products: Stripe.Product[]; prices: Stripe.Price[] };

/**
 * What the demo account sells: three plans, each by the month and by the year.
 * @param created Unix seconds
 */
export function demoCatalogue(created: number): Catalogue {
  return {
    products: PLANS.map((plan) => product(plan, created)),
    prices: PLANS.flatMap((plan) => [price(plan, "month", created), price(plan, "year", created)]),
  };
}

/** One price of it. Throws where the catalogue has none of that key. */
export function demoPrice(key: string, interval: Interval, created: number): Stripe.Price {
  const plan = PLANS.find((candidate) => candidate.key === key);
  if (!plan) throw new Error(`The demo catalogue has no plan "${key}".`);
  return price(plan, interval, created);
}

function product(plan: Plan, created: number): Stripe.Product {
  return {
    id: `prod_demo_${plan.key}`,
    object: "product",
    active: true,
    created,
    default_price: null,
    description: plan.description,
    images: [],
    livemode: false,
    marketing_features: plan.features.map((name) => ({ name })),
    metadata: {},
    name: plan.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: "service",
    unit_label: plan.unit ?? null,
    updated: created,
    url: null,
  };
}

function price(plan: Plan, interval: Interval, created: number): Stripe.Price {
  return {
    id: `price_demo_${plan.key}_${interval}`,
    object: "price",
    active: true,
    billing_scheme: "per_unit",
    created,
    currency: "usd",
    custom_unit_amount: null,
    livemode: false,
    lookup_key: `${plan.key}_${interval}ly`,
    metadata: {},
    nickname: null,
    product: `prod_demo_${plan.key}`,
    recurring: {
      interval,
      interval_count: 1,
      meter: null,
      trial_period_days: null,
      usage_type: "licensed",
    },
    tax_behavior: "unspecified",
    tiers_mode: null,
    transform_quantity: null,
    type: "recurring",
    unit_amount: plan.amounts[interval],
    unit_amount_decimal: Stripe.Decimal.from(plan.amounts[interval]),
  };
}
