/**
 * What is sold: the one file to change for other plans. `npm run stripe:setup` makes the Stripe account match it, and the
 * pages and gates read it. Pure data and look-ups, so that a client component may import it too.
 */

/** What a gate can ask for. The words stand where the feature is offered. */
export const FEATURES = {
  search: "Search by asking",
  sharing: "Shared decisions and roles",
  history: "History kept for good",
  sso: "Single sign-on",
  audit_log: "Audit log",
} as const;

export type FeatureKey = keyof typeof FEATURES;

export type Limits = {
  /** How many decisions may be kept; null for as many as one likes. */
  decisions: number | null;
};

export const CADENCES = ["month", "year"] as const;
export type Cadence = (typeof CADENCES)[number];

export type PlanPrice = {
  /** How the price is found at Stripe, whatever its id. It moves on to the new price when the amount changes. */
  lookupKey: string;
  /** In minor units of CURRENCY: 500 is $5.00. */
  amount: number;
};

export type Plan = {
  /** Stands in the product's metadata as `plan`. Never changes, for subscriptions are told apart by it. */
  key: string;
  name: string;
  description: string;
  /** The lines on the pricing page. */
  lines: readonly string[];
  features: readonly FeatureKey[];
  limits: Limits;
  /** For a price per seat, how many can be bought at once; null for a flat price. */
  seats: { most: number } | null;
  /** Days before the first payment, for somebody who never had a trial; 0 for none. */
  trialDays: number;
  prices: Record<Cadence, PlanPrice>;
};

export const CURRENCY = "usd";

/** The plans in the order they are shown, the smallest first: a later one is an upgrade. */
export const PLANS = [
  {
    key: "solo",
    name: "Solo",
    description: "For decisions of your own.",
    lines: ["100 decisions", "Search by asking"],
    features: ["search"],
    limits: { decisions: 100 },
    seats: null,
    trialDays: 0,
    prices: {
      month: { lookupKey: "solo_monthly", amount: 500 },
      year: { lookupKey: "solo_yearly", amount: 5_000 },
    },
  },
  {
    key: "team",
    name: "Team",
    description: "For teams. Per seat.",
    lines: ["Unlimited decisions", "Search by asking", "Shared decisions and roles", "History kept for good"],
    features: ["search", "sharing", "history"],
    limits: { decisions: null },
    seats: { most: 500 },
    trialDays: 14,
    prices: {
      month: { lookupKey: "team_monthly", amount: 1_500 },
      year: { lookupKey: "team_yearly", amount: 15_000 },
    },
  },
  {
    key: "company",
    name: "Company",
    description: "For many teams under one roof.",
    lines: ["Everything in Team", "Single sign-on", "Audit log", "An answer within a day"],
    features: ["search", "sharing", "history", "sso", "audit_log"],
    limits: { decisions: null },
    seats: null,
    trialDays: 0,
    prices: {
      month: { lookupKey: "company_monthly", amount: 9_000 },
      year: { lookupKey: "company_yearly", amount: 90_000 },
    },
  },
] as const satisfies readonly Plan[];

/** A plan at one of its cadences: what is chosen on the pricing page. */
export type PlanChoice = { plan: Plan; cadence: Cadence; price: PlanPrice };

const CHOICES: readonly PlanChoice[] = PLANS.flatMap((plan) =>
  CADENCES.map((cadence) => ({ plan, cadence, price: plan.prices[cadence] })),
);

export const LOOKUP_KEYS: readonly string[] = CHOICES.map(({ price }) => price.lookupKey);

/** The plan and cadence behind a price's lookup key, or null for a price that is not on sale here. */
export function choiceOf(lookupKey: string | null): PlanChoice | null {
  return CHOICES.find(({ price }) => price.lookupKey === lookupKey) ?? null;
}

/**
 * The plan that a subscription's price belongs to, or null for one that this file does not know. A price that was
 * replaced has lost its lookup key to its successor: then its product's metadata tells.
 */
export function planOf(
  price: { lookupKey: string | null } | null,
  product: { metadata: Readonly<Record<string, string>> } | null,
): Plan | null {
  return choiceOf(price?.lookupKey ?? null)?.plan ?? planByKey(product?.metadata.plan);
}

export function planByKey(key: string | undefined): Plan | null {
  return PLANS.find((plan) => plan.key === key) ?? null;
}

/** Above 0 where the second plan is the larger one, below 0 where it is the smaller one. */
export function comparePlans(from: string, to: string): number {
  const rank = (key: string) => PLANS.findIndex((plan) => plan.key === key);
  return rank(to) - rank(from);
}
