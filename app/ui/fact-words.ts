import type { FactView } from "@/lib/billing/timeline/read";
import { formatDate, formatMoney } from "@/lib/format";

/** What happened, in the customer's words. */
export function factWords(fact: FactView, now: Date): string {
  const { kind, money, nextAt, plan, reason } = fact;
  const on = nextAt ? formatDate(nextAt) : null;
  const amount = money ? formatMoney(money) : null;
  const name = plan?.name ? `${plan.name} plan` : "plan";
  switch (kind) {
    case "started":
      if (reason !== "trial") return `Your ${name} began.`;
      return `Your trial of the ${name} began.${on ? ` It ends on ${on}.` : ""}`;
    case "trial_ending":
      return `Your trial ends on ${on}.`;
    case "changed":
      return changeWords(fact);
    case "change_dropped":
      return "The change of your plan was dropped, for it was not paid.";
    case "paid":
      return `Payment of ${amount} received.`;
    case "payment_failed":
      return `Payment of ${amount} failed.${retryWords(nextAt, now)}`;
    case "action_required":
      return `Your bank asks you to confirm a payment of ${amount}.`;
    case "given_up":
      return `The bill of ${amount} was given up: it is not collected any more.`;
    case "cancelled":
      return `Your ${name} was cancelled.${on ? ` It runs until ${on}.` : ""}`;
    case "uncancelled":
      return `The cancellation was taken back: your ${name} goes on.`;
    case "paused":
      return `Your ${name} was paused.`;
    case "resumed":
      return `Your ${name} goes on after its pause.`;
    case "ended":
      return reason === "payment_failed" ? `Your ${name} ended: it was not paid.` : `Your ${name} ended.`;
    case "expired":
      return "The first payment was not made in time. Nothing was charged.";
    default:
      return kind satisfies never;
  }
}

/** An attempt that lay ahead then and does not any more has a line of its own by now. */
function retryWords(nextAt: Date | null, now: Date): string {
  if (nextAt === null) return " Stripe does not try again by itself.";
  return nextAt > now ? ` Stripe tries again on ${formatDate(nextAt)}.` : "";
}

function changeWords({ plan, planBefore }: FactView): string {
  const changes = [
    plan?.name === planBefore?.name
      ? []
      : `The plan changed${planBefore?.name ? ` from ${planBefore.name}` : ""}${plan?.name ? ` to ${plan.name}` : ""}.`,
    plan?.interval && plan.interval !== planBefore?.interval ? `It is paid by the ${plan.interval} now.` : [],
    plan?.quantity && planBefore?.quantity && plan.quantity !== planBefore.quantity
      ? `Seats: ${plan.quantity}, before ${planBefore.quantity}.`
      : [],
  ].flat();
  return changes.length > 0 ? changes.join(" ") : "The price of your plan changed.";
}

/** How a fact looks: the colour only repeats what the words say. */
export function factTone({ kind, reason }: FactView): "good" | "warn" | "bad" | "quiet" {
  switch (kind) {
    case "started":
    case "paid":
    case "uncancelled":
    case "resumed":
      return "good";
    case "trial_ending":
    case "action_required":
    case "cancelled":
    case "paused":
      return "warn";
    case "payment_failed":
    case "given_up":
      return "bad";
    case "ended":
      return reason === "payment_failed" ? "bad" : "quiet";
    default:
      return "quiet";
  }
}
