"use server";

import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { afterResponse } from "@/lib/after";
import { customers } from "@/lib/billing/customers";
import { BillingError } from "@/lib/billing/errors";
import { findTrouble } from "@/lib/billing/findings";
import { invoices } from "@/lib/billing/invoices";
import { linkCustomer } from "@/lib/billing/ownership";
import { countRevenue } from "@/lib/billing/revenue";
import { syncSubscription } from "@/lib/billing/subscription/lifecycle";
import { syncObject } from "@/lib/billing/sync";
import { drainDue } from "@/lib/billing/webhook/drain";
import { type EventFilter, eventFilterSchema } from "@/lib/billing/webhook/filter";
import { askForReplay, continueReplay, undoReplay } from "@/lib/billing/webhook/replay";
import { deliverAndWatch, deliverMail } from "@/lib/mail/deliver";
import { readMailState, replayMail } from "@/lib/mail/outbox";
import { requireOperator } from "@/lib/operator/access";
import { recordAct } from "@/lib/operator/acts";
import { readCustomer } from "@/lib/operator/customers";
import { countEvents, readEvent } from "@/lib/operator/events";
import { layOutPayload } from "@/lib/operator/mask";
import { type ReplayView, viewReplay } from "@/lib/operator/replay-view";
import { findUserId } from "@/lib/operator/users";
import { stripe } from "@/lib/stripe";

/** Each of these asks again who it is: an action is an address that anybody can post to. */

/** Asks for a replay of the events that were picked, or of all that the filter finds. */
export async function replay(form: FormData): Promise<never> {
  const { email } = await requireOperator();
  const ids = form.getAll("id").map(String);
  const filter: EventFilter = eventFilterSchema.parse(
    form.get("which") === "picked"
      ? { ids }
      : Object.fromEntries([...form].filter(([name]) => name !== "id")),
  );
  const total = await countEvents(filter);
  const id = await askForReplay(filter, email, total);
  await recordAct({
    operator: email,
    action: "asked for a replay",
    target: ids.length === 1 ? (ids[0] ?? id) : id,
    detail: { filter, total },
  });
  redirect(`/operator/replays/${id}`);
}

export async function undo(id: string): Promise<boolean> {
  const { email } = await requireOperator();
  const isUndone = await undoReplay(id);
  if (isUndone) await recordAct({ operator: email, action: "took a replay back", target: id });
  return isUndone;
}

/** Takes a replay one batch further, and applies it. */
export async function advance(id: string): Promise<ReplayView | null> {
  await requireOperator();
  const state = await continueReplay(id);
  if (state?.status === "running" || state?.status === "done") await drainDue();
  return state && viewReplay(state);
}

/** The whole payload, with the personal data in it. That somebody looked is recorded before it is shown. */
export async function reveal(id: string): Promise<string> {
  const { email } = await requireOperator();
  await recordAct({ operator: email, action: "looked at personal data", target: id });
  return layOutPayload((await readEvent(id))?.payload ?? "");
}

/** Makes the rows of a customer, of their subscriptions and of their open invoices equal what Stripe says. */
export async function syncCustomer(customerId: string): Promise<string> {
  const { email } = await requireOperator();
  await recordAct({ operator: email, action: "synced", target: customerId });
  const known = await readCustomer(customerId);
  return inWords(async () => {
    await syncObject(customers, customerId);
    for (const { id } of known?.subscriptions ?? []) await syncSubscription(id);
    for (const { id, status } of known?.invoices ?? []) if (status === "open") await syncObject(invoices, id);
    revalidatePath(`/operator/customers/${customerId}`);
    return "The customer, the subscriptions and the open invoices are as Stripe has them.";
  });
}

/** Ends a subscription at Stripe, at once: the way out of two that charge. Nothing is refunded. */
export async function endSubscription(customerId: string, id: string): Promise<string> {
  const { email } = await requireOperator();
  const isTheirs = (await readCustomer(customerId))?.subscriptions.some((one) => one.id === id);
  if (!isTheirs) return "This customer has no such subscription.";
  await recordAct({ operator: email, action: "ended a subscription", target: id, detail: { customerId } });
  return inWords(async () => {
    await (await stripe()).subscriptions.cancel(id);
    await syncSubscription(id);
    await findTrouble();
    revalidatePath(`/operator/customers/${customerId}`);
    return `${id} has ended.`;
  });
}

/** Gives a customer whom nobody owns to a user: the operator vouches for it, nothing in an event does. */
export async function linkTo(customerId: string, address: string): Promise<string> {
  const { email } = await requireOperator();
  const userId = await findUserId(address);
  if (!userId) return "No user has this address.";
  await recordAct({ operator: email, action: "linked a customer", target: customerId, detail: { userId } });
  return inWords(async () => {
    await linkCustomer({ userId, customerId });
    await findTrouble();
    revalidatePath(`/operator/customers/${customerId}`);
    return "Linked.";
  });
}

/** Puts a parked mail back into the outbox, has what is due sent, and says what became of it. */
export async function sendAgain(key: string): Promise<string> {
  const { email } = await requireOperator();
  if (!(await replayMail(key))) return "It is not parked any more.";
  await recordAct({ operator: email, action: "sent a mail again", target: key });
  await deliverMail(Date.now() + 10_000);
  afterResponse("mail", deliverAndWatch);
  const { mail, reason } = await readMailState(key);
  switch (mail) {
    case "sent":
      return "It is sent.";
    case "dropped":
      return `It is not sent, for it is not true any more: ${reason}`;
    case "parked":
      return `It is parked again: ${reason}`;
    default:
      return `It waits, and is tried again by itself. ${reason ?? ""}`;
  }
}

/** Counts the revenue, or looks for trouble, anew. */
export async function recount(): Promise<void> {
  await requireOperator();
  await countRevenue();
  revalidatePath("/operator/revenue");
}

export async function lookAgain(): Promise<void> {
  await requireOperator();
  await findTrouble();
  revalidatePath("/operator", "layout");
}

/** What goes wrong between us and Stripe, as a sentence for the page. */
async function inWords(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BillingError) return error.message;
    if (error instanceof Error && "type" in error) return `Stripe did not do it: ${error.message}`;
    throw error;
  }
}
