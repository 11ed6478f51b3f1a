import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { featuresOf } from "../engine/portal.ts";
import { liveSubscriptions } from "../engine/portal-actions.ts";
import { amountOf, nameOf } from "../engine/price-amounts.ts";
import { currentPeriod } from "../engine/subscription-items.ts";
import { idOf } from "../store.ts";
import type { PageContext } from "./context.ts";

/** What the portal's pages know: the session, whose it is, and what may be done in it. */
export type Portal = {
  context: PageContext;
  session: Stripe.BillingPortal.Session;
  customer: Stripe.Customer;
  features: Stripe.BillingPortal.Configuration["features"];
  configuration: Stripe.BillingPortal.Configuration | undefined;
  subscriptions: Stripe.Subscription[];
  methods: Stripe.PaymentMethod[];
  /** The id of the one that is charged. */
  defaultMethod: string | null;
  invoices: Stripe.Invoice[];
  /** The path of the portal's first page. */
  home: string;
};

export function portalOf(
  context: PageContext,
  session: Stripe.BillingPortal.Session,
  customer: Stripe.Customer,
): Portal {
  const { account } = context;
  const subscriptions = liveSubscriptions(account, customer.id);
  const own = subscriptions.map(({ default_payment_method }) => idOf(default_payment_method));
  return {
    context,
    session,
    customer,
    features: featuresOf(account, session),
    configuration: account.store.get("billing_portal.configuration", idOf(session.configuration) ?? ""),
    subscriptions,
    methods: account.store.ofCustomer("payment_method", customer.id),
    defaultMethod: own.find((id) => id !== null) ?? idOf(customer.invoice_settings.default_payment_method),
    invoices: account.store.ofCustomer("invoice", customer.id).filter(({ status }) => status !== "draft"),
    home: `/portal/${session.id}`,
  };
}

/** The page of a subscription's change, by what is changed. */
export const changeOf = ({ home }: Portal, { id }: Stripe.Subscription, what: string) =>
  `${home}/subscriptions/${id}/${what}`;

/** What a subscription is called: its products. */
export const titleOf = (account: Account, { items }: Stripe.Subscription) =>
  [...new Set(items.data.map(({ price }) => nameOf(account, price)))].join(", ");

/** When and for how much a subscription is charged next; null if it is not. */
export function nextCharge({
  items,
  cancel_at,
  status,
  trial_end,
}: Stripe.Subscription): { at: number; amount: number } | null {
  const at = status === "trialing" && trial_end !== null ? trial_end : currentPeriod({ items }).end;
  if ((cancel_at !== null && cancel_at <= at) || status === "paused") return null;
  const list = items.data.reduce((sum, { price, quantity }) => sum + amountOf(price, quantity ?? 0), 0);
  return { at, amount: Math.round(list) };
}
