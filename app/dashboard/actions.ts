"use server";

import { randomUUID } from "node:crypto";
import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import * as z from "zod";
import { cancelPlan, FEEDBACK, resumePlan } from "@/lib/billing/cancellation";
import { changePlan } from "@/lib/billing/change/change";
import { keepPlan } from "@/lib/billing/change/waiting";
import { BillingError, Refusal } from "@/lib/billing/errors";
import { ERRANDS, openPortal } from "@/lib/billing/portal";
import { errorKind } from "@/lib/error-kind";
import { log } from "@/lib/log";
import { type CurrentUser, requireUser } from "@/lib/session";
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
  return act(form, quoteForm, "change", async (user, { quote }) => {
    const done = await changePlan(user.id, quote, new Date());
    return `/dashboard?done=${done}` as const;
  });
}

/** Takes back what waits: the downgrade at the period's end, or the upgrade that is not paid. */
export async function keepCurrentPlan(_: Answer, form: FormData): Promise<Answer> {
  return act(form, ownForm, "keep", async (user, given) => {
    await keepPlan(user.id, given.subscription);
    return "/dashboard?done=kept";
  });
}

export async function cancelCurrentPlan(_: Answer, form: FormData): Promise<Answer> {
  return act(form, cancelForm, "cancel", async (user, { feedback, comment, ...given }) => {
    await cancelPlan(user.id, given.subscription, { feedback, comment }, given.attempt);
    return "/dashboard?done=cancelled";
  });
}

export async function resumeCurrentPlan(_: Answer, form: FormData): Promise<Answer> {
  return act(form, ownForm, "resume", async (user, given) => {
    const done = await resumePlan(user.id, given.subscription, given.attempt);
    return done === "unpaid" ? "/dashboard?done=unpaid_pause" : `/dashboard?done=${done}`;
  });
}

/** Leads to Stripe's portal. */
export async function visitPortal(_: Answer, form: FormData): Promise<Answer> {
  return act(form, portalForm, "portal", async (user, { errand }) => {
    const url = await openPortal(user.id, errand);
    if (!isAddress(url)) throw new TypeError("Stripe's portal has no address.");
    return url;
  });
}

const isAddress = (text: string): text is `${string}:${string}` => URL.canParse(text);

/**
 * What every action here is: who, then what, then one call, then on to where the result shows. A problem is said on the
 * page that asked, together with the name of the next attempt: Stripe keeps the answer to an attempt, a failure too.
 */
async function act<Given>(
  form: FormData,
  schema: z.ZodType<Given>,
  what: string,
  work: (user: CurrentUser, given: Given) => Promise<Route>,
): Promise<Answer> {
  const user = await requireUser("/dashboard");
  const given = schema.safeParse(Object.fromEntries(form));
  if (!given.success) return answer(NOT_UNDERSTOOD);
  const to = await tryOrSay(user, what, () => work(user, given.data));
  // The banner stands in the layout, which a change of page alone does not render anew.
  revalidatePath("/", "layout");
  if ("problem" in to) return to;
  redirect(to.path);
}

async function tryOrSay(
  user: CurrentUser,
  what: string,
  work: () => Promise<Route>,
): Promise<NonNullable<Answer> | { path: Route }> {
  try {
    return { path: await work() };
  } catch (error) {
    const isRefusal = error instanceof Refusal;
    if (isRefusal && error.cause === undefined) return answer(error.message);
    const words = error instanceof BillingError ? error.message : errorKind(error);
    log("error", `${what} failed`, { user: user.id, error: words });
    return answer(isRefusal ? error.message : FAILED);
  }
}

const answer = (problem: string): NonNullable<Answer> => ({ problem, attempt: randomUUID() });

const NOT_UNDERSTOOD = "This form was not complete. Reload the page and try again.";
const FAILED =
  "Stripe cannot be reached just now. Reload the page to see how your plan stands, then try again in a moment.";
