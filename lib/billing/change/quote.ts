import * as z from "zod";
import { isSame, signatureOf } from "@/lib/signature";
import { Refusal } from "../errors";

/**
 * What was shown before it is confirmed, signed, so that what happens is what was seen: the price, the seats, the moment
 * from which the difference counts. That moment comes back from the browser, and whoever could choose it could pay for an
 * hour in place of a month.
 */
const quoteSchema = z.object({
  kind: z.enum(["now", "later"]),
  subscription: z.string(),
  item: z.string(),
  from: z.object({ price: z.string(), quantity: z.number() }),
  to: z.object({ price: z.string(), quantity: z.number() }),
  /** Of the subscription as it was shown: the end of a trial or of a period makes another change of it. */
  status: z.string(),
  periodEnd: z.number(),
  /** Whether the trial ends with it, and is paid for from then on. */
  endsTrial: z.boolean(),
  /** Epoch seconds on Stripe's clock; null where nothing is prorated. */
  prorationDate: z.number().nullable(),
  /** What is charged at once, in minor units. */
  due: z.number(),
  /** Epoch milliseconds on ours. */
  expiresAt: z.number(),
});

export type Quote = z.output<typeof quoteSchema>;

/** Long enough to read an amount and find a card, too short for the amount to be far off. */
const VALID_MS = 30 * 60_000;

/** Far more than a quote is, far less than what would cost time to check. */
const MOST_CHARACTERS = 2_000;

export function signQuote(quote: Omit<Quote, "expiresAt">, now: Date): string {
  const content = Buffer.from(JSON.stringify({ ...quote, expiresAt: now.getTime() + VALID_MS }));
  const payload = content.toString("base64url");
  return `${payload}.${signatureOf("quote", payload)}`;
}

/** @throws Refusal for one that is not ours, was touched, or is too old */
export function readQuote(token: string, now: Date): Quote {
  const [payload = "", signature = "", ...more] = token.slice(0, MOST_CHARACTERS).split(".");
  if (more.length > 0 || !isSame(signature, signatureOf("quote", payload))) throw Refusal.quoteUnreadable();
  const quote = quoteSchema.parse(JSON.parse(Buffer.from(payload, "base64url").toString()));
  if (quote.expiresAt <= now.getTime()) throw Refusal.quoteExpired();
  return quote;
}
