import { PrismaPg } from "@prisma/adapter-pg";
import Stripe from "stripe";
import { PrismaClient } from "@/lib/generated/prisma/client";

const { DATABASE_URL, STRIPE_API_BASE, STRIPE_SECRET_KEY = "", STRIPE_WEBHOOK_SECRET = "" } = process.env;
const api = STRIPE_API_BASE ? new URL(STRIPE_API_BASE) : undefined;

export const stripe = new Stripe(
  STRIPE_SECRET_KEY || "sk_test_build",
  api && { host: api.hostname, port: api.port, protocol: "http" },
);

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: DATABASE_URL, max: 10 }) });

/** As every tutorial does it: https://docs.stripe.com/webhooks/quickstart */
export async function verify(request: Request): Promise<Stripe.Event> {
  const signature = request.headers.get("stripe-signature") ?? "";
  return stripe.webhooks.constructEvent(await request.text(), signature, STRIPE_WEBHOOK_SECRET);
}

const date = (seconds: number | null | undefined) => (seconds ? new Date(seconds * 1000) : null);
const idOf = (value: string | { id: string } | null | undefined) =>
  typeof value === "string" ? value : value?.id;

export async function saveSubscription(subscription: Stripe.Subscription): Promise<void> {
  const { id, status, currency, metadata, items } = subscription;
  const values = {
    status,
    currency,
    metadata,
    customerId: idOf(subscription.customer) ?? null,
    currentPeriodStart: date(items.data[0]?.current_period_start),
    currentPeriodEnd: date(items.data[0]?.current_period_end),
    cancelAtPeriodEnd: subscription.cancel_at_period_end,
    canceledAt: date(subscription.canceled_at),
    endedAt: date(subscription.ended_at),
    stripeStateAt: new Date(),
  };
  await prisma.subscription.upsert({ where: { id }, create: { id, ...values }, update: values });
}

export async function saveInvoice(invoice: Stripe.Invoice): Promise<void> {
  const { id, status, number, currency } = invoice;
  const values = {
    status,
    number,
    currency,
    customerId: idOf(invoice.customer) ?? null,
    subscriptionId: idOf(invoice.parent?.subscription_details?.subscription) ?? null,
    amountDue: invoice.amount_due,
    amountPaid: invoice.amount_paid,
    attemptCount: invoice.attempt_count,
    hostedInvoiceUrl: invoice.hosted_invoice_url ?? null,
    invoicePdf: invoice.invoice_pdf ?? null,
    createdAt: date(invoice.created),
    stripeStateAt: new Date(),
  };
  await prisma.invoice.upsert({ where: { id }, create: { id, ...values }, update: values });
}

export async function saveCustomer({ id, email }: Stripe.Customer): Promise<void> {
  await prisma.customer.upsert({ where: { id }, create: { id, email }, update: { email } });
}
