import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { idOf } from "../store.ts";
import { cycleOf } from "./subscription-items.ts";

/** What so many of a price cost, in the smallest unit and not yet rounded. */
export function amountOf(price: Stripe.Price, quantity: number): number {
  if (price.billing_scheme === "tiered") return tiered(price, quantity);
  const { transform_quantity: packages } = price;
  const inPackages = packages ? quantity / packages.divide_by : quantity;
  const billed =
    packages?.round === "up" ? Math.ceil(inPackages) : packages ? Math.floor(inPackages) : quantity;
  return unitOf(price) * billed;
}

type Unit = Pick<Stripe.Price, "unit_amount" | "unit_amount_decimal">;

const unitOf = ({ unit_amount, unit_amount_decimal }: Unit): number =>
  Number(unit_amount_decimal ?? unit_amount ?? 0);

/** https://docs.stripe.com/products-prices/pricing-models#tiered-pricing */
function tiered({ tiers = [], tiers_mode }: Stripe.Price, quantity: number): number {
  const reached = (tier: Stripe.Price.Tier) => tier.up_to === null || quantity <= tier.up_to;
  const cost = (tier: Stripe.Price.Tier, many: number) =>
    unitOf(tier) * many + Number(tier.flat_amount_decimal ?? tier.flat_amount ?? 0);
  const last = tiers.findIndex(reached);
  const tier = tiers[last];
  if (tiers_mode === "volume") return tier ? cost(tier, quantity) : 0;
  let [amount, below] = [0, 0];
  for (const tier of tiers.slice(0, last + 1)) {
    amount += cost(tier, Math.min(quantity, tier.up_to ?? quantity) - below);
    below = tier.up_to ?? quantity;
  }
  return amount;
}

export const nameOf = (account: Account, { product }: Stripe.Price): string =>
  account.store.get("product", idOf(product) ?? "")?.name ?? "Subscription";

/** What an invoice says of a price: `2 × Team (at $8.00 / month)`. */
export function inWords(account: Account, price: Stripe.Price, quantity: number): string {
  const { interval, interval_count } = cycleOf(price);
  const often = interval_count === 1 ? `/ ${interval}` : `every ${interval_count} ${interval}s`;
  const tiers = price.billing_scheme === "tiered" ? "Tier 1 " : "";
  const unit = tiers ? unitOf(price.tiers?.[0] ?? price) : unitOf(price);
  return `${quantity} × ${nameOf(account, price)} (${tiers}at ${money(unit, price.currency)} ${often})`;
}

/** Making one takes far longer than using it. */
const FORMATS = new Map<string, Intl.NumberFormat>();

function money(amount: number, currency: string): string {
  const format =
    FORMATS.get(currency) ??
    new Intl.NumberFormat("en-US", { style: "currency", currency, maximumFractionDigits: 6 });
  FORMATS.set(currency, format);
  const digits = format.resolvedOptions().minimumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}
