import { stripe as stripePlugin } from "@better-auth/stripe";
import { PrismaPg } from "@prisma/adapter-pg";
import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { toNextJsHandler } from "better-auth/next-js";
import Stripe from "stripe";
import { PrismaClient } from "../../../../../generated/client";

const { DATABASE_URL, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET = "", BENCH_PRICES = "" } = process.env;

/** As its documentation sets it up, with the plans that the events are about, and without its limit on requests. */
const auth = betterAuth({
  baseURL: "http://localhost:3000",
  secret: "Zk3vN8qT1xWm5rYb7LdPc0HsJf2GuKe9",
  database: prismaAdapter(
    new PrismaClient({ adapter: new PrismaPg({ connectionString: DATABASE_URL, max: 10 }) }),
    { provider: "postgresql" },
  ),
  rateLimit: { enabled: false },
  plugins: [
    stripePlugin({
      stripeClient: new Stripe(STRIPE_SECRET_KEY || "sk_test_build"),
      stripeWebhookSecret: STRIPE_WEBHOOK_SECRET,
      subscription: {
        enabled: true,
        plans: BENCH_PRICES.split(",").map((priceId, index) => ({ name: `plan${index}`, priceId })),
      },
    }),
  ],
});

export const { POST } = toNextJsHandler(auth);
