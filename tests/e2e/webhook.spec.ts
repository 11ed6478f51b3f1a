import type { Page } from "@playwright/test";
import { signedRequest } from "../../dev/send/sign.ts";
import { WEBHOOK_SECRET } from "../support/env.ts";
import { anEvent, anInvoice, anItem, aSubscription } from "../support/events.ts";
import { insertCustomer } from "./support/billing-rows.ts";
import { insertPlans } from "./support/dashboard-states.ts";
import { expect, SOON, test, turningBack } from "./support/fixtures.ts";

const DAY = 86_400;

/** Delivers an event to the running app as Stripe would, and returns its result. */
async function deliver(type: string, object: Record<string, unknown>, created: number): Promise<unknown> {
  const url = `${process.env.APP_URL}/api/webhooks/stripe`;
  const response = await fetch(
    signedRequest(JSON.stringify(anEvent(type, object, { created })), WEBHOOK_SECRET, { url }),
  );
  expect(response.status).toBe(200);
  return (await response.json()).result;
}

const says = (page: Page, words: string) =>
  turningBack(page, () => expect(page.getByText(words, { exact: true }).first()).toBeVisible(SOON));

test("from the first event to the end of a subscription, the open page follows", async ({
  page,
  db,
  signUp,
}) => {
  test.slow();
  const { email } = await signUp(page);
  await insertPlans(db);
  const customer = await insertCustomer(db, email);
  const id = `sub_${customer}`;
  const now = Math.floor(Date.now() / 1000) - 600;
  const items = {
    data: [
      anItem({
        id: `si_${customer}`,
        current_period_start: now,
        current_period_end: now + 30 * DAY,
        price: { id: "price_team_month", product: "prod_team" },
      }),
    ],
  };
  const subscription = (fields: object = {}) => aSubscription({ id, customer, items, ...fields });
  const invoice = (fields: object = {}) =>
    anInvoice({
      id: `in_${customer}`,
      customer,
      parent: { subscription_details: { subscription: id } },
      created: now,
      ...fields,
    });

  await page.goto("/dashboard");
  await expect(page.getByRole("heading", { name: "No plan yet" })).toBeVisible();

  // In the order of an unlucky day: the page must never show the first payment as open once it is known to be made.
  expect(await deliver("customer.subscription.updated", subscription(), now + 1)).toBe("applied");
  expect(await deliver("customer.subscription.created", subscription({ status: "incomplete" }), now)).toBe(
    "superseded",
  );
  expect(
    await deliver("invoice.paid", invoice({ status: "paid", amount_paid: 2000, attempt_count: 1 }), now + 1),
  ).toBe("applied");
  await says(page, "Active");
  await expect(page.getByRole("heading", { name: "Team" })).toBeVisible();

  const renewal = {
    id: `in_${customer}_2`,
    number: "A-0002",
    attempt_count: 1,
    next_payment_attempt: now + 3 * DAY,
  };
  await deliver("customer.subscription.updated", subscription({ status: "past_due" }), now + 60);
  await deliver("invoice.payment_failed", invoice(renewal), now + 60);
  await says(page, "Past due");
  await expect(page.getByRole("link", { name: /pay/i }).first()).toHaveAttribute(
    "href",
    /invoice\.stripe\.com/,
  );

  await deliver(
    "invoice.paid",
    invoice({ ...renewal, status: "paid", amount_paid: 2000, attempt_count: 2 }),
    now + 120,
  );
  await deliver("customer.subscription.updated", subscription(), now + 120);
  await says(page, "Active");

  await deliver(
    "customer.subscription.updated",
    subscription({ cancel_at: now + 30 * DAY, canceled_at: now + 180 }),
    now + 180,
  );
  await says(page, "Ending");

  await deliver(
    "customer.subscription.deleted",
    subscription({ status: "canceled", ended_at: now + 240 }),
    now + 240,
  );
  await says(page, "Canceled");
});
