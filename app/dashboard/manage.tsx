import { randomUUID } from "node:crypto";
import type { SubscriptionView } from "@/lib/billing/queries";
import { BUTTON } from "../ui/button";
import { PageLink } from "../ui/page-link";
import { ActionForm } from "./action-form";
import { resumeCurrentPlan, visitPortal } from "./actions";

/** What can be done with the plan that runs. */
export function Manage({ subscription }: { subscription: SubscriptionView }) {
  const { id, status, cancelAt, cancelAtPeriodEnd } = subscription;
  const isEnding = cancelAt !== null || cancelAtPeriodEnd;
  const isPaid = status === "active" || status === "trialing";
  return (
    <div className="mt-8 flex flex-wrap gap-3 border-line border-t pt-6 max-sm:flex-col sm:items-start">
      {isPaid && !isEnding ? (
        <PageLink href="/dashboard/change" className={BUTTON.primary}>
          Change plan
        </PageLink>
      ) : null}
      {isEnding || status === "paused" ? (
        <ActionForm
          action={resumeCurrentPlan}
          hidden={{ subscription: id, attempt: randomUUID() }}
          look="primary"
          label="Resume plan"
          className="sm:items-start"
        />
      ) : null}
      <ActionForm
        action={visitPortal}
        hidden={{ errand: "payment_method" }}
        look="quiet"
        label="Payment method"
        className="sm:items-start"
      />
      <ActionForm
        action={visitPortal}
        hidden={{ errand: "invoices" }}
        look="quiet"
        label="Billing details"
        className="sm:items-start"
      />
      {isEnding ? null : (
        <PageLink href={`/dashboard/cancel?subscription=${id}`} className={BUTTON.quiet}>
          Cancel plan
        </PageLink>
      )}
    </div>
  );
}
