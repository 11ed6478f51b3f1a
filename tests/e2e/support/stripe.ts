import type { Page } from "@playwright/test";
import type { Client } from "pg";
import Stripe from "stripe";
import { expect } from "./fixtures.ts";

/** The local Stripe that the app under test talks to. */
const base = () => new URL(process.env.STRIPE_API_BASE ?? "");

/** The official SDK, for what a test wants to know from Stripe itself. It tries again, as the weather may be bad. */
export const stripe = () =>
  new Stripe("sk_test_e2e", {
    protocol: "http",
    host: base().hostname,
    port: base().port,
    maxNetworkRetries: 3,
    telemetry: false,
  });

/** Lets time pass at Stripe, for every account of the run, and comes back when all that fell due has happened. */
export async function advance(by: "day" | "week" | "month" | "next"): Promise<void> {
  const response = await fetch(new URL("/_local/advance", base()), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ by }),
  });
  expect(response.status).toBe(200);
}

/** Stripe's test cards. https://docs.stripe.com/testing */
export const CARD = {
  good: "4242 4242 4242 4242",
  declined: "4000 0000 0000 0002",
  /** Can be saved; every charge fails. */
  failsLater: "4000 0000 0000 0341",
  asksOwner: "4000 0025 0000 3155",
} as const;

export async function fillInCard(page: Page, number: string): Promise<void> {
  await page.getByLabel("Card number").fill(number);
  await page.getByLabel("Expiry (MM / YY)").fill("12 / 34");
  await page.getByLabel("CVC").fill("123");
  await page.getByLabel("Name on card").fill("Ines Almeida");
}

/** Fills in Stripe's Checkout, and confirms. */
export async function payAtCheckout(page: Page, number: string = CARD.good): Promise<void> {
  await fillInCard(page, number);
  await page.getByRole("region", { name: "Payment" }).getByRole("button", { name: CONFIRM }).click();
}

const CONFIRM = /^(Pay|Subscribe|Start trial)/;

/** The user's customer at Stripe, as the app has linked it. */
export async function customerOf(db: Client, email: string): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    "select c.id from customers c join users u on u.id = c.user_id where u.email = $1",
    [email],
  );
  const [row] = rows;
  if (!row) throw new Error("The user has no customer yet.");
  return row.id;
}

/** Opens the customer's portal at Stripe. */
export async function openPortal(page: Page, db: Client, email: string): Promise<void> {
  const customer = await customerOf(db, email);
  const session = await stripe().billingPortal.sessions.create({
    customer,
    return_url: `${process.env.APP_URL}/dashboard`,
  });
  await page.goto(session.url);
}
