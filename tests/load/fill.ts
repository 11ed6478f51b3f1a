import type { Client } from "pg";

/** How much there is to be. Everything is made by the database itself, so that a million rows take a minute. */
export type Size = { events: number; subscriptions: number };

/**
 * Fills an empty, migrated database with lives: users, customers (one in 200 owned by nobody), subscriptions that began
 * over two years, of which some ended, three invoices each, and events over 90 days, some in each state.
 */
export async function fill(db: Client, { events, subscriptions }: Size): Promise<void> {
  const types = [
    "customer.subscription.updated",
    "invoice.paid",
    "invoice.finalized",
    "customer.updated",
    "invoice.payment_failed",
  ];
  await db.query("set synchronous_commit = off");
  await db.query(`
    insert into products (id, name, active, features, livemode, stripe_state_at)
    select 'prod_' || n, 'Plan ' || n, true, '{}', false, now() from generate_series(1, 3) n`);
  await db.query(`
    insert into prices (id, product_id, active, currency, unit_amount, type, interval, interval_count, usage_type, livemode, stripe_state_at)
    select 'price_' || n, 'prod_' || (1 + n % 3), true, 'usd', 500 * n, 'recurring',
      case when n > 3 then 'year' else 'month' end, 1, 'licensed', false, now()
    from generate_series(1, 6) n`);
  await db.query(
    `insert into users (id, name, email, updated_at)
     select 'user_' || n, 'Person ' || n, 'person' || n || '@example.com', now() from generate_series(1, $1::int) n`,
    [subscriptions],
  );
  await db.query(
    `insert into customers (id, user_id, email, livemode, stripe_state_at)
     select 'cus_' || n, case when n % 200 > 0 then 'user_' || n end, 'person' || n || '@example.com', false, now()
     from generate_series(1, $1::int) n`,
    [subscriptions],
  );
  await db.query(
    `insert into subscriptions (id, customer_id, status, currency, started_at, ended_at, trial_end, current_period_start,
       current_period_end, livemode, stripe_state_at)
     select 'sub_' || n, 'cus_' || n,
       case when n % 10 = 0 then 'canceled' when n % 17 = 0 then 'past_due' when n % 13 = 0 then 'trialing' else 'active' end,
       'usd', began, case when n % 10 = 0 then began + make_interval(days => n % 60 + 1) end,
       case when n % 13 = 0 then now() + interval '5 days' end, now() - interval '10 days', now() + interval '20 days', false, now()
     from (select n, now() - make_interval(hours => n % 17520) as began from generate_series(1, $1::int) n) s`,
    [subscriptions],
  );
  await db.query(
    `insert into subscription_items (id, subscription_id, price_id, product_id, quantity)
     select 'si_' || n, 'sub_' || n, 'price_' || (1 + n % 6), 'prod_' || (1 + (1 + n % 6) % 3), 1 + n % 4
     from generate_series(1, $1::int) n`,
    [subscriptions],
  );
  await db.query(
    `insert into invoices (id, customer_id, subscription_id, status, number, amount_due, amount_paid, currency,
       created_at, livemode, stripe_state_at)
     select 'in_' || n, 'cus_' || (1 + n % $1::int), 'sub_' || (1 + n % $1::int), 'paid', 'A-' || n, 2000, 2000, 'usd',
       now() - make_interval(hours => n % 2000), false, now()
     from generate_series(1, 3 * $1::int) n`,
    [subscriptions],
  );
  await db.query(
    `insert into stripe_events (id, type, api_version, created, livemode, object_id, customer_id, payload, status, outcome,
       next_attempt_at, received_at, processed_at)
     select 'evt_' || n, ($3::text[])[1 + n % 5], '2026-10-28.endive', at, false, 'sub_' || (1 + n % $2::int),
       'cus_' || (1 + n % $2::int), json_build_object('id', 'evt_' || n, 'object', 'event', 'type', 'customer.updated',
         'data', json_build_object('object', json_build_object('id', 'sub_' || (1 + n % $2::int), 'object', 'subscription')))::text,
       case when n % 20000 = 1 then 'pending' when n % $4::int = 2 then 'parked' else 'done' end,
       case when n % 20000 = 1 or n % $4::int = 2 then null when n % 50 = 3 then 'superseded' when n % 9 = 4 then 'ignored' else 'applied' end,
       case when n % 20000 = 1 then now() + interval '1 hour' end, at, at + make_interval(secs => (n % 100) / 1000.0)
     from (select n, now() - (interval '90 days' * (n::float8 / $1::int)) as at from generate_series(1, $1::int) n) e`,
    // More parked than a page shows, whatever the size: of 1,000 events one in 10 thousand is a page of one row.
    [events, subscriptions, types, Math.max(3, Math.min(10_000, Math.floor(events / 60)))],
  );
  await db.query("vacuum analyze");
}
