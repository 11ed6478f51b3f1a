import type Stripe from "stripe";
import { demoCatalogue } from "./catalogue";
import { demoCustomer } from "./customer";

/** What a local Stripe knows before anything happened: the demo customer, and what is on sale. */
export function demoObjects(): (Stripe.Customer | Stripe.Product | Stripe.Price)[] {
  const created = Date.UTC(2026, 9, 24) / 1000;
  const { products, prices } = demoCatalogue(created);
  return [demoCustomer(created), ...products, ...prices];
}
