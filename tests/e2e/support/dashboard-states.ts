import type { Client } from "pg";
import { daysFromNow, insertInvoice, insertPlan, insertSubscription } from "./billing-rows.ts";

/** Ways a user's billing can stand, each with the rows that make it so and the words the page must have for it. */
export type DashboardState = {
  name: string;
  insert: (db: Client, customerId: string) => Promise<void>;
  says: (string | RegExp)[];
};

/** An id that no other customer's row has. */
const own = (prefix: string, customerId: string, suffix = "1") =>
  `${prefix}_${customerId.slice(4)}_${suffix}`;

export async function insertPlans(db: Client): Promise<void> {
  const features = ["Unlimited decisions", "Search by asking", "History kept for good"];
  await insertPlan(db, { key: "solo", name: "Solo", monthly: 900, features: features.slice(0, 1) });
  await insertPlan(db, { key: "team", name: "Team", monthly: 2000, features: features.slice(0, 2) });
  await insertPlan(db, { key: "company", name: "Company", monthly: 6000, features });
}

const subscription =
  (given: Record<string, unknown>, items?: Parameters<typeof insertSubscription>[3]) =>
  (db: Client, customerId: string) =>
    insertSubscription(db, customerId, { id: own("sub", customerId), ...given }, items);

/** A failed renewal: the invoice is open, and was tried. */
const withUnpaidInvoice =
  (given: Record<string, unknown>, invoice: Record<string, unknown> = {}) =>
  async (db: Client, customerId: string) => {
    await subscription(given)(db, customerId);
    await insertInvoice(db, customerId, {
      ...{ id: own("in", customerId, "unpaid"), subscription_id: own("sub", customerId), status: "open" },
      ...{ created_at: daysFromNow(-2), next_payment_attempt: daysFromNow(3) },
      ...invoice,
    });
    await insertInvoice(db, customerId, { id: own("in", customerId, "paid"), created_at: daysFromNow(-32) });
  };

export const DASHBOARD_STATES: DashboardState[] = [
  { name: "none", insert: async () => {}, says: ["No plan yet", "See the plans"] },
  {
    name: "active",
    insert: async (db, customerId) => {
      await subscription({}, [{ plan: "team", quantity: 5 }])(db, customerId);
      for (const [index, status] of ["paid", "paid", "void", "paid"].entries()) {
        const at = { created_at: daysFromNow(-10 - 30 * index), amount_due: 10_000 };
        await insertInvoice(db, customerId, { id: own("in", customerId, `000${4 - index}`), status, ...at });
      }
    },
    says: [
      "Team",
      "Active",
      /Renews on .+ in 20 days/,
      "$100.00 per month",
      "5 × $20.00 per month",
      "Confirmed with Stripe at",
    ],
  },
  {
    name: "active, several items, yearly",
    insert: subscription({ current_period_start: daysFromNow(-200), current_period_end: daysFromNow(165) }, [
      { plan: "team", interval: "year", quantity: 3 },
      { plan: "solo", interval: "year" },
    ]),
    says: ["Team + Solo", "$690.00 per year", "Team: 3 × $200.00 per year", "Solo: $90.00 per year"],
  },
  {
    name: "trialing",
    insert: subscription({
      ...{ status: "trialing", current_period_start: daysFromNow(-2), current_period_end: daysFromNow(12) },
      ...{ trial_start: daysFromNow(-2), trial_end: daysFromNow(12) },
    }),
    says: ["Trial", /The trial ends on .+ in 12 days/, "First payment"],
  },
  {
    name: "ending",
    insert: subscription({ cancel_at_period_end: true, canceled_at: daysFromNow(-1) }),
    says: ["Ending", /Ends on .+ in 20 days\. It does not renew\./],
  },
  {
    name: "payments paused",
    insert: subscription({ pause_behavior: "keep_as_draft", pause_resumes_at: daysFromNow(40) }),
    says: [
      /Payments are paused until .+ 20\d\d/,
      "Your plan goes on as before. Nothing is charged for it meanwhile.",
      "What falls due in this time may be collected afterwards.",
      "Active",
      "On",
    ],
  },
  {
    name: "past due, in grace",
    insert: withUnpaidInvoice({ status: "past_due" }),
    says: [
      "A payment of $20.00 failed",
      /Stripe tries again on .+ UTC/,
      /Your plan stays on until .+ UTC/,
      "Pay $20.00",
      "Past due",
      "Switched off in 5 days, unless it is paid.",
    ],
  },
  {
    name: "past due, after grace",
    insert: withUnpaidInvoice(
      { status: "past_due" },
      { created_at: daysFromNow(-9), next_payment_attempt: null, attempt_count: 4 },
    ),
    says: ["A payment of $20.00 failed", /does not try again/, /switched off since/, "Pay $20.00", "Off"],
  },
  {
    name: "unpaid",
    insert: withUnpaidInvoice({ status: "unpaid" }, { next_payment_attempt: null, attempt_count: 4 }),
    says: ["A payment of $20.00 failed", "Every attempt to collect the payment failed.", "Off"],
  },
  {
    name: "incomplete",
    insert: withUnpaidInvoice({ status: "incomplete" }, { attempt_count: 0, next_payment_attempt: null }),
    says: ["The first payment is not complete", "Complete the payment", "Incomplete"],
  },
  { name: "paused", insert: subscription({ status: "paused" }), says: ["Your plan is paused", "Paused"] },
  {
    name: "ended",
    insert: subscription({ status: "canceled", ended_at: daysFromNow(-3), canceled_at: daysFromNow(-20) }),
    says: ["Canceled", /Ended on .+ 3 days ago/, "Choose a plan again", "Off"],
  },
  {
    name: "a status nobody knows yet",
    insert: subscription({ status: "hibernating" }),
    says: ["Unclear", "Stripe calls its status “hibernating”.", "Off"],
  },
  {
    name: "two that charge",
    insert: async (db, customerId) => {
      await subscription({})(db, customerId);
      await subscription({ id: own("sub", customerId, "2"), current_period_end: daysFromNow(3) }, [
        { plan: "solo" },
      ])(db, customerId);
    },
    says: ["2 subscriptions are running side by side", "Also running", "Team and Solo"],
  },
  {
    name: "a name and amounts of unusual length",
    insert: async (db, customerId) => {
      const name = "Enterprise-Lizenzverwaltungsplattform für Niederlassungen";
      await insertPlan(db, { key: "long", name, monthly: 123_456_700, currency: "idr" });
      await subscription({ currency: "idr" }, [{ plan: "long", quantity: 1250 }])(db, customerId);
      const id = own("in", customerId, "verylongnumber");
      await insertInvoice(db, customerId, {
        ...{ id, number: "KÄUFERGRUPPE-0F3A9C1B-000000017", amount_due: 154_320_875_000, currency: "idr" },
      });
    },
    says: ["Enterprise-Lizenzverwaltungsplattform"],
  },
  {
    name: "settling with Stripe",
    insert: async (db, customerId) => {
      await subscription({})(db, customerId);
      await db.query(
        `insert into stripe_events (id, type, livemode, customer_id, payload, status, next_attempt_at)
         values ($1, 'customer.subscription.updated', false, $2, '{}', 'pending', now() + interval '1 hour')`,
        [own("evt", customerId), customerId],
      );
    },
    says: ["Something new is being checked with Stripe."],
  },
];
