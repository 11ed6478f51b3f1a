"use server";

import { redirect } from "next/navigation";
import * as z from "zod";
import { type CheckoutStart, startCheckout } from "@/lib/billing/checkout";
import { BillingError, Refusal } from "@/lib/billing/errors";
import { choiceOf } from "@/lib/billing/plans";
import { errorKind } from "@/lib/error-kind";
import { log } from "@/lib/log";
import { type CurrentUser, currentUser } from "@/lib/session";
import { fieldsOf } from "../act";
import { checkoutPath, signUpPath } from "./path";

const input = z.object({ plan: z.string().max(200), seats: z.coerce.number().int().min(1).catch(0) });

/**
 * Leads whoever is signed in to the payment of a plan; anybody else to an account first.
 * @returns why it cannot be, in words for the page
 */
export async function buyPlan(_: string | null, form: FormData): Promise<string> {
  const given = input.safeParse({ seats: 1, ...fieldsOf(form) });
  const choice = choiceOf(given.data?.plan ?? null);
  if (!given.data || !choice) return NOT_ON_SALE;
  const { plan: lookupKey, seats } = given.data;
  const most = choice.plan.seats?.most ?? 1;
  if (seats < 1 || seats > most) return `Choose between 1 and ${most} seats.`;
  const user = await currentUser();
  if (!user) redirect(signUpPath(checkoutPath(lookupKey, seats)));
  const start = await startOrSay(user, { lookupKey, seats });
  if (typeof start === "string") return start;
  redirect(start.outcome === "open" ? start.url : "/dashboard?checkout=subscribed");
}

const NOT_ON_SALE = "This plan is not on sale just now. Nothing was charged.";

async function startOrSay(
  user: CurrentUser,
  wanted: { lookupKey: string; seats: number },
): Promise<CheckoutStart | string> {
  try {
    return await startCheckout(user, wanted);
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    log("error", "no checkout", {
      user: user.id,
      plan: wanted.lookupKey,
      error: error instanceof BillingError ? error.message : errorKind(error),
    });
    if (error instanceof BillingError) return NOT_ON_SALE;
    return "The payment page cannot be reached just now. Nothing was charged. Try again in a moment.";
  }
}
