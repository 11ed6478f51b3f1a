import type Stripe from "stripe";
import type { Account } from "@/dev/stripe/account";
import { createCustomer } from "@/dev/stripe/engine/customers";
import { attach } from "@/dev/stripe/engine/payment-methods";

/** What there is to buy, what it is sold with, and what one pays with. */
export type Shop = {
  stripe: Stripe;
  account: Account;
  products: string[];
  prices: string[];
  features: string[];
};

/** Somebody who can be charged by one of their cards; another asks them first, each time, and the last is declined. */
export type Person = Shop & { customer: string; goodCard: string; askingCard: string; badCard: string };

/** Makes the catalogue that a batch of lives shares. */
export async function openShop(stripe: Stripe, account: Account): Promise<Shop> {
  const price = async (product: string, unit_amount: number, interval: "month" | "year") =>
    (await stripe.prices.create({ product, currency: "eur", unit_amount, recurring: { interval } })).id;
  const feature = async (lookup_key: string) =>
    (await stripe.entitlements.features.create({ lookup_key, name: lookup_key })).id;
  const { id: solo } = await stripe.products.create({ name: "Solo" });
  const { id: team } = await stripe.products.create({ name: "Team" });
  const prices = [await price(solo, 500, "month"), await price(team, 2000, "month")];
  const features = [await feature("export"), await feature("seats")];
  return {
    stripe,
    account,
    products: [solo, team],
    prices: [...prices, await price(solo, 5000, "year")],
    features,
  };
}

export function enter(shop: Shop, name: string): Person {
  const { id: customer } = createCustomer(shop.account, { email: `${name}@example.com` });
  const card = (token: string) => attach(shop.account, token, customer).id;
  const [goodCard, askingCard] = [card("pm_card_visa"), card("pm_card_authenticationRequired")];
  return { ...shop, customer, goodCard, askingCard, badCard: card("pm_card_chargeCustomerFail") };
}
