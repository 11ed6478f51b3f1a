import { StripeSync } from "@supabase/stripe-sync-engine";

const { DATABASE_URL, STRIPE_SECRET_KEY = "", STRIPE_WEBHOOK_SECRET = "" } = process.env;

const sync = new StripeSync({
  poolConfig: { connectionString: DATABASE_URL, max: 10 },
  stripeSecretKey: STRIPE_SECRET_KEY || "sk_test_build",
  stripeWebhookSecret: STRIPE_WEBHOOK_SECRET,
  // Its defaults: nothing is fetched, neither the rest of long lists nor what an object belongs to.
  autoExpandLists: false,
  backfillRelatedEntities: false,
});

export async function POST(request: Request): Promise<Response> {
  const signature = request.headers.get("stripe-signature") ?? undefined;
  await sync.processWebhook(await request.text(), signature);
  return Response.json({ received: true });
}
