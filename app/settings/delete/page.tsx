import type { Metadata } from "next";
import { billingOf } from "@/lib/access";
import type { SubscriptionView } from "@/lib/billing/queries";
import { formatDate } from "@/lib/format";
import { requireUser } from "@/lib/session";
import { planName } from "../../dashboard/price-lines";
import { PageLink } from "../../ui/page-link";
import { deleteOwnAccount } from "../actions";
import { CURRENT_PASSWORD } from "../email-part";
import { SettingsForm } from "../settings-form";

export const metadata: Metadata = { title: "Delete your account", robots: { index: false } };

/** A page of its own in place of a dialog: it works without scripts, and the browser's way back is the way out. */
export default async function DeletePage() {
  const user = await requireUser("/settings/delete");
  const { subscription, others, access } = await billingOf(user.id);
  const live = [...(subscription && access.state !== "ended" ? [subscription] : []), ...others];
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col px-5 pt-10 sm:px-8 sm:pt-14">
      <div className="w-full max-w-xl">
        <h1 className="font-semibold text-3xl">Delete your account</h1>
        <p className="mt-3 text-lg">This cannot be taken back.</p>
        <ul className="mt-5 flex list-disc flex-col gap-2 pl-5">
          {live.map((one) => (
            <li key={one.id}>
              <strong className="font-medium">{planName(one.items)} ends at once.</strong> {whatIsLost(one)}
            </li>
          ))}
          <li>You are signed out everywhere, and your name, address and password are deleted here.</li>
          <li>
            Your bills are kept, as the law asks of us, and so is what Stripe told us about them. Nothing ties
            them to an account any more.
          </li>
        </ul>
        {live.some(canWait) ? (
          <p className="mt-5">
            To use what you have paid for, <CancelLink />, and delete your account after that.
          </p>
        ) : null}
        <div className="card mt-8 px-6 py-7 sm:px-8">
          <SettingsForm
            id="delete"
            action={deleteOwnAccount}
            account={user.email}
            fields={[CURRENT_PASSWORD]}
            look="danger"
            label="Delete account for good"
          />
        </div>
        <p className="mt-6">
          <PageLink href="/settings" className="text-accent underline underline-offset-4">
            Keep the account
          </PageLink>
        </p>
      </div>
    </div>
  );
}

function CancelLink() {
  return (
    <PageLink href="/dashboard/cancel" className="text-accent underline underline-offset-4">
      cancel the plan first
    </PageLink>
  );
}

/** Cancelled at its period's end, it would go on until then. */
const canWait = ({ status, cancelAt, cancelAtPeriodEnd }: SubscriptionView) =>
  (status === "active" || status === "trialing") && cancelAt === null && !cancelAtPeriodEnd;

function whatIsLost({ status, currentPeriodEnd }: SubscriptionView): string {
  if (status === "trialing") return "What is left of the trial is lost, and nothing is charged.";
  if (status !== "active" || !currentPeriodEnd) return "Nothing more is charged.";
  return `It is paid until ${formatDate(currentPeriodEnd)}: that time is lost, and nothing is refunded.`;
}
