/** @jsxImportSource hono/jsx */
import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { planOf } from "../engine/checkout.ts";
import { couponOf, hasTrial, totals } from "../engine/checkout-amounts.ts";
import { idOf } from "../store.ts";
import { CheckoutForm } from "./checkout-form.tsx";
import { Summary } from "./checkout-summary.tsx";
import type { PageContext } from "./context.ts";
import type { Filled } from "./fields.tsx";
import { Layout } from "./layout.tsx";

type Session = Stripe.Checkout.Session;

/** What the page shows of a session, beyond the session itself. */
export type CheckoutView = {
  session: Session;
  items: Stripe.LineItem[];
  /** What is taken today; other than `amount_total` where the customer has a balance. */
  due: number;
  coupon: Stripe.Coupon | undefined;
  promotion: Stripe.PromotionCode | undefined;
  trialEnd: number | null;
  customer: Stripe.Customer | undefined;
};

export function viewOf(account: Account, session: Session, due: number): CheckoutView {
  const plan = planOf(account, session);
  const [discount] = session.discounts ?? [];
  const { trial_end, trial_period_days = 0 } = plan.subscription;
  const now = account.nowOf(idOf(session.customer));
  return {
    session,
    items: totals(account, session, plan).items,
    due,
    coupon: couponOf(account, session),
    promotion: account.store.get("promotion_code", idOf(discount?.promotion_code) ?? ""),
    trialEnd: hasTrial(plan) ? (trial_end ?? now + trial_period_days * 24 * 60 * 60) : null,
    customer: account.store.get("customer", idOf(session.customer) ?? ""),
  };
}

/** Whether the customer has to say how to pay: now, or, unless the app can wait, when a trial is over. */
export const needsMethod = ({ session, due }: CheckoutView) =>
  session.mode === "setup" || due > 0 || session.payment_method_collection === "always";

/** The page at a session's `url`. https://docs.stripe.com/payments/checkout */
export const CheckoutPage = ({
  context,
  view,
  filled,
}: {
  context: PageContext;
  view: CheckoutView;
  filled: Filled;
}) => {
  const { session } = view;
  const at = `/pay/${session.id}`;
  return (
    <Layout title="Checkout" context={context} at={at}>
      {session.cancel_url && (
        <a class="back" href={session.cancel_url}>
          ← Back
        </a>
      )}
      <div class="columns">
        <Summary view={view} at={at} filled={filled} />
        <CheckoutForm view={view} at={at} filled={filled} />
      </div>
    </Layout>
  );
};
