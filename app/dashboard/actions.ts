"use server";

import { randomUUID } from "node:crypto";
import type { Route } from "next";
import * as z from "zod";
import { cancelPlan, FEEDBACK, resumePlan } from "@/lib/billing/cancellation";
import { changePlan } from "@/lib/billing/change/change";
import { keepPlan } from "@/lib/billing/change/waiting";
import { BillingError, Refusal } from "@/lib/billing/errors";
import { ERRANDS, openPortal } from "@/lib/billing/portal";
import { errorKind } from "@/lib/error-kind";
import { log } from "@/lib/log";
import type { CurrentUser } from "@/lib/session";
import { act } from "../act";
import type { Answer } from "./answer";

const subscription = z.string().min(1).max(255);
const attempt = z.uuid();

const quoteForm = z.object({ quote: z.string().min(1).max(2_000) });
const ownForm = z.object({ subscription, attempt });
const cancelForm = ownForm.extend({
  feedback: z.union([z.literal("").transform(() => null), z.enum(FEEDBACK)]).nullable(),
  comment: z
    .string()
    .trim()
    .max(500)
    .transform((words) => words || null)
    .nullable(),
});
const portalForm = z.object({ errand: z.enum(ERRANDS) });

/** Makes the change that was looked at. */
export async function confirmChange(_: Answer, form: FormData): Promise<Answer> {
  return manage(form, quoteForm, "change", async (user, { quote }) => {
    const done = await changePlan(user.id, quote, new Date());
    return `/dashboard?done=${done}` as const;
  });
}

/** Takes back what waits: the downgrade at the period's end, or the upgrade that is not paid. */
export async function keepCurrentPlan(_: Answer, form: FormData): Promise<Answer> {
  return manage(form, ownForm, "keep", async (user, given) => {
    await keepPlan(user.id, given.subscription);
    return "/dashboard?done=kept";
  });
}

export async function cancelCurrentPlan(_: Answer, form: FormData): Promise<Answer> {
  return manage(form, cancelForm, "cancel", async (user, { feedback, comment, ...given }) => {
    const done = await cancelPlan(user.id, given.subscription, { feedback, comment }, given.attempt);
    return `/dashboard?done=${done}` as const;
  });
}

export async function resumeCurrentPlan(_: Answer, form: FormData): Promise<Answer> {
  return manage(form, ownForm, "resume", async (user, given) => {
    const done = await resumePlan(user.id, given.subscription, given.attempt);
    return done === "unpaid" ? "/dashboard?done=unpaid_pause" : `/dashboard?done=${done}`;
  });
}

/** Leads to Stripe's portal. */
export async function visitPortal(_: Answer, form: FormData): Promise<Answer> {
  return manage(form, portalForm, "portal", async (user, { errand }) => {
    const url = await openPortal(user.id, errand);
    if (!isAddress(url)) throw new TypeError("Stripe's portal has no address.");
    return url;
  });
}

const isAddress = (text: string): text is `${string}:${string}` => URL.canParse(text);

/** A problem is said together with the name of the next attempt: Stripe keeps the answer to an attempt, a failure too. */
async function manage<Given>(
  form: FormData,
  schema: z.ZodType<Given>,
  what: string,
  work: (user: CurrentUser, given: Given) => Promise<Route>,
): Promise<Answer> {
  const answer = (problem: string): Answer => ({ problem, attempt: randomUUID() });
  return act(form, {
    from: "/dashboard",
    schema,
    work,
    misread: () => answer(NOT_UNDERSTOOD),
    failed: (error, user) => {
      const isRefusal = error instanceof Refusal;
      if (isRefusal && error.cause === undefined) return answer(error.message);
      const words = error instanceof BillingError ? error.message : errorKind(error);
      log("error", `${what} failed`, { user: user.id, error: words });
      return answer(isRefusal ? error.message : FAILED);
    },
  });
}

const NOT_UNDERSTOOD = "This form was not complete. Reload the page and try again.";
const FAILED =
  "Stripe cannot be reached just now. Reload the page to see how your plan stands, then try again in a moment.";
