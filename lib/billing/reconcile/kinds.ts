import type { Stripe } from "@/lib/stripe";
import { prices, products } from "../catalogue";
import { customers } from "../customers";
import { invoices } from "../invoices";
import type { Mirror } from "../mirror";
import { subscriptions } from "../subscription/store";

/** A kind of object that is compared with Stripe from end to end. */
export type Kind = {
  mirror: Mirror;
  /** A page of them, the newest first. */
  list(api: Stripe, params: ListParams): Promise<Stripe.Response<Stripe.ApiList<{ id: string }>>>;
  /** SQL over the table, of the rows that Stripe must have: those that are told to be gone are left out. */
  here: string;
};

type ListParams = { limit: number; created?: Stripe.RangeQueryParam; starting_after?: string };

/** In the order in which they need each other: what a subscription is for, whose it is, what it costs. */
export const KINDS: readonly Kind[] = [
  { mirror: products, list: (api, params) => api.products.list(params), here: "deleted_at is null" },
  { mirror: prices, list: (api, params) => api.prices.list(params), here: "deleted_at is null" },
  { mirror: customers, list: (api, params) => api.customers.list(params), here: "deleted_at is null" },
  {
    mirror: subscriptions,
    // Without a status, those that were canceled are left out: https://docs.stripe.com/api/subscriptions/list
    list: (api, params) => api.subscriptions.list({ ...params, status: "all" }),
    here: "true",
  },
  // A draft may be deleted, and no event that is handled tells of it.
  {
    mirror: invoices,
    list: (api, params) => api.invoices.list(params),
    here: "status is distinct from 'draft'",
  },
];
