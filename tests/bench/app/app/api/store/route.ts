import { type VerifiedEvent, verifyEvent } from "@/lib/billing/webhook/verify";
import { query } from "@/lib/pool";

/** The least that a promise to keep an event costs: verified and stored, those that come together in one statement. */
export async function POST(request: Request): Promise<Response> {
  const { STRIPE_WEBHOOK_SECRET = "" } = process.env;
  const verification = verifyEvent({
    payload: await request.text(),
    signature: request.headers.get("stripe-signature"),
    secrets: [STRIPE_WEBHOOK_SECRET],
    now: new Date(),
  });
  if (!verification.ok) return Response.json({ error: verification.error }, { status: 400 });
  await store(verification.event);
  return Response.json({ received: true });
}

let next: { events: VerifiedEvent[]; stored: Promise<void> } | undefined;
let last = Promise.resolve();

/** Whatever comes while a statement is on its way shares the next one. */
function store(event: VerifiedEvent): Promise<void> {
  if (!next) {
    const events: VerifiedEvent[] = [];
    const stored = last.then(() => {
      next = undefined;
      return insert(events);
    });
    last = stored.catch(() => {});
    next = { events, stored };
  }
  next.events.push(event);
  return next.stored;
}

async function insert(events: readonly VerifiedEvent[]): Promise<void> {
  await query(
    `insert into stripe_events (id, type, created, livemode, payload, status, outcome, processed_at)
    select id, type, now(), false, payload, 'done', 'ignored', now()
    from unnest($1::text[], $2::text[], $3::text[]) as e (id, type, payload)
    on conflict (id) do nothing`,
    [events.map(({ id }) => id), events.map(({ type }) => type), events.map(({ payload }) => payload)],
  );
}
