import { randomUUID } from "node:crypto";
import type { SubscriptionView, WaitingChange } from "@/lib/billing/queries";
import { formatDate, formatDateTime } from "@/lib/format";
import { ActionForm } from "./action-form";
import { keepCurrentPlan } from "./actions";
import { Notice } from "./notice";
import { itemWords, planWithSeats } from "./price-lines";

type Props = { subscription: SubscriptionView; waiting: WaitingChange };

/** A change that has not come yet, and the way to take it back. */
export function WaitingNotice({ subscription, waiting }: Props) {
  const { kind, at, plan, price, quantity } = waiting;
  const what = plan ? planWithSeats(plan, quantity ?? 1) : "another plan";
  const cost = itemWords({ price, quantity });
  return (
    <Notice
      tone={kind === "planned" ? "quiet" : "warn"}
      title={
        kind === "planned"
          ? `Your plan changes to ${what} on ${formatDate(at)}`
          : `The change to ${what} waits for its payment`
      }
    >
      <p>
        {kind === "planned"
          ? `From then on it costs ${cost}. Until then everything stays as it is, and you can take the change back.`
          : `It would cost ${cost}. Until it is paid your plan stays as it is; what is not paid by ${formatDateTime(at)} is dropped, and nothing is charged.`}
      </p>
      <ActionForm
        action={keepCurrentPlan}
        hidden={{ subscription: subscription.id, attempt: randomUUID() }}
        look="quiet"
        label={kind === "planned" ? "Keep the current plan" : "Drop the change"}
        className="mt-3 items-start"
      />
    </Notice>
  );
}
