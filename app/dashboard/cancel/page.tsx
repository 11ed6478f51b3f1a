import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { billingOf } from "@/lib/access";
import { FEEDBACK } from "@/lib/billing/cancellation";
import type { SubscriptionView } from "@/lib/billing/queries";
import { formatDate } from "@/lib/format";
import { requireUser } from "@/lib/session";
import { PageLink } from "../../ui/page-link";
import { ActionForm } from "../action-form";
import { cancelCurrentPlan } from "../actions";
import { planName } from "../price-lines";

export const metadata: Metadata = { title: "Cancel your plan" };

const REASONS: Record<(typeof FEEDBACK)[number], string> = {
  too_expensive: "It costs too much",
  missing_features: "Something is missing",
  switched_service: "I found something else",
  unused: "I do not use it enough",
  too_complex: "It is too complicated",
  low_quality: "It did not work well",
  customer_service: "The support was not good",
  other: "Another reason",
};

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** A page of its own in place of a dialog: it works without scripts, and the browser's way back is the way out. */
export default async function CancelPage({ searchParams }: PageProps) {
  const user = await requireUser("/dashboard/cancel");
  const { subscription: asked } = await searchParams;
  const { subscription, others, access } = await billingOf(user.id);
  const all = [...(subscription && access.state !== "ended" ? [subscription] : []), ...others];
  const chosen = asked === undefined ? all[0] : all.find(({ id }) => id === asked);
  // Whose it is not sees the same as one for whom there is nothing.
  if (!chosen) redirect("/dashboard");
  return (
    <div className="w-full max-w-xl">
      <h1 className="font-semibold text-3xl">Cancel {planName(chosen.items)}</h1>
      <p className="mt-3 text-lg">{whatHappens(chosen)}</p>
      <div className="card mt-8 px-6 py-7 sm:px-8">
        <ActionForm
          action={cancelCurrentPlan}
          hidden={{ subscription: chosen.id, attempt: randomUUID() }}
          look="danger"
          label="Cancel plan"
        >
          <div className="flex flex-col gap-1.5">
            <label htmlFor="feedback" className="font-medium">
              Why do you leave? <span className="font-normal text-muted">(if you like)</span>
            </label>
            <select
              id="feedback"
              name="feedback"
              defaultValue=""
              className="h-11 w-full rounded-lg border border-field bg-surface px-3 text-base"
            >
              <option value="">No answer</option>
              {FEEDBACK.map((key) => (
                <option key={key} value={key}>
                  {REASONS[key]}
                </option>
              ))}
            </select>
          </div>
          <div className="mb-2 flex flex-col gap-1.5">
            <label htmlFor="comment" className="font-medium">
              What should we know? <span className="font-normal text-muted">(if you like)</span>
            </label>
            <textarea
              id="comment"
              name="comment"
              maxLength={500}
              rows={3}
              className="w-full rounded-lg border border-field bg-surface px-3 py-2 text-base"
            />
          </div>
        </ActionForm>
      </div>
      <p className="mt-6">
        <PageLink href="/dashboard" className="text-accent underline underline-offset-4">
          Keep the plan
        </PageLink>
      </p>
    </div>
  );
}

/** Only what runs has an end to come to. */
function whatHappens({ status, currentPeriodEnd, trialEnd }: SubscriptionView): string {
  const end = status === "trialing" ? (trialEnd ?? currentPeriodEnd) : currentPeriodEnd;
  if (!["active", "trialing", "past_due"].includes(status) || !end)
    return "It ends at once, and nothing more is charged.";
  return `It stays on until ${formatDate(end)}, does not renew, and can be resumed until then.`;
}
