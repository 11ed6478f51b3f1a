import { demoPrice } from "./catalogue";
import { DAY, type Happening, MINUTE } from "./happening";
import { demoInvoice, paid } from "./invoice";
import { demoSubscription } from "./subscription";

/** Two weeks of Solo for nothing, in a subscription of its own. */
export function trialScene(began: number, stamp: string): Happening[] {
  const created = began + 60 * MINUTE;
  const trialEnd = created + 14 * DAY;
  const invoiceId = `in_demo_${stamp}_trial`;
  const subscription = demoSubscription({
    id: `sub_demo_${stamp}_trial`,
    price: demoPrice("solo", "month", began - 30 * DAY),
    quantity: 1,
    created,
    periodEnd: trialEnd,
    trialEnd,
    latestInvoice: invoiceId,
  });
  const bill = demoInvoice({
    id: invoiceId,
    number: "DEMO-0003",
    subscription,
    reason: "subscription_create",
    description: "Trial period for Solo",
    quantity: 1,
    amount: 0,
    created,
  });
  // There is nothing to charge, so Stripe marks it paid without an attempt.
  const settled = { ...paid(bill, created), attempt_count: 0 };
  return [
    { type: "customer.subscription.created", data: { object: subscription }, created },
    { type: "invoice.paid", data: { object: settled }, created: created + 1 },
  ];
}
