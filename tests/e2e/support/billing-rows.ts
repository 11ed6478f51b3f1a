import type { Client } from "pg";

const DAY_MS = 86_400_000;

/** A moment so many days from now; negative for the past. */
export const daysFromNow = (days: number) => new Date(Date.now() + days * DAY_MS);

/** Writes a row by its columns. Column names are this file's own, never input. */
async function insert(db: Client, table: string, row: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(row);
  const places = columns.map((_, index) => `$${index + 1}`);
  await db.query(
    `insert into ${table} (${columns.join(", ")}) values (${places.join(", ")}) on conflict (id) do nothing`,
    Object.values(row),
  );
}

/** The Stripe customer of a user, as checkout would have linked it. */
export async function insertCustomer(db: Client, email: string): Promise<string> {
  const { rows } = await db.query<{ id: string }>("select id from users where email = $1", [email]);
  const userId = rows[0]?.id;
  if (!userId) throw new Error(`No user with the address ${email}`);
  const id = `cus_${userId}`;
  await insert(db, "customers", { id, user_id: userId, livemode: false });
  return id;
}

/** A plan with a monthly and a yearly price: `prod_KEY`, `price_KEY_month`, `price_KEY_year`. */
export async function insertPlan(
  db: Client,
  plan: { key: string; name: string; monthly: number; currency?: string; features?: string[] },
): Promise<void> {
  const { key, name, monthly, currency = "usd", features = [] } = plan;
  const seen = { livemode: false, stripe_state_at: new Date() };
  await insert(db, "products", {
    ...seen,
    ...{ id: `prod_${key}`, name, description: null, active: true, features, metadata: {} },
  });
  for (const [interval, amount] of [
    ["month", monthly],
    ["year", monthly * 10],
  ] as const) {
    await insert(db, "prices", {
      ...seen,
      ...{ id: `price_${key}_${interval}`, product_id: `prod_${key}`, active: true, currency },
      ...{ unit_amount: amount, type: "recurring", interval, interval_count: 1, usage_type: "licensed" },
    });
  }
}

/** A subscription with its items. What is not given is that of one which was paid 10 days ago for a month. */
export async function insertSubscription(
  db: Client,
  customerId: string,
  given: Record<string, unknown> & { id: string },
  items: { plan: string; interval?: "month" | "year"; quantity?: number | null }[] = [{ plan: "team" }],
): Promise<void> {
  await insert(db, "subscriptions", {
    ...{ customer_id: customerId, status: "active", livemode: false, metadata: {}, currency: "usd" },
    ...{ current_period_start: daysFromNow(-10), current_period_end: daysFromNow(20) },
    ...{ cancel_at_period_end: false, started_at: daysFromNow(-100), stripe_state_at: new Date() },
    ...given,
  });
  for (const [index, { plan, interval = "month", quantity = 1 }] of items.entries()) {
    await insert(db, "subscription_items", {
      ...{ id: `si_${given.id}_${index}`, subscription_id: given.id, quantity },
      ...{ price_id: `price_${plan}_${interval}`, product_id: `prod_${plan}` },
    });
  }
}

/** An invoice of $20.00, paid 10 days ago, where nothing else is given. */
export async function insertInvoice(
  db: Client,
  customerId: string,
  given: Record<string, unknown> & { id: string },
): Promise<void> {
  const amount = given.amount_due ?? 2000;
  await insert(db, "invoices", {
    ...{ customer_id: customerId, status: "paid", number: `CAIRN-${given.id.slice(-4)}`, currency: "usd" },
    ...{ amount_due: amount, amount_paid: given.status === "open" ? 0 : amount, attempt_count: 1 },
    ...{ created_at: daysFromNow(-10), livemode: false, stripe_state_at: new Date() },
    ...{ hosted_invoice_url: `https://invoice.stripe.com/i/${given.id}` },
    ...{ invoice_pdf: `https://pay.stripe.com/invoice/${given.id}/pdf` },
    ...given,
  });
}
