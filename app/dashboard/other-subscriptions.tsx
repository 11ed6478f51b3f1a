import type { SubscriptionView } from "@/lib/billing/queries";
import { PageLink } from "../ui/page-link";
import { Pill } from "./pill";
import { itemWords, planName, totalWords } from "./price-lines";
import { describeOther } from "./status";

/** What else is running beside the plan that decides over access. */
export function OtherSubscriptions({ subscriptions }: { subscriptions: readonly SubscriptionView[] }) {
  return (
    <section aria-labelledby="others" className="mt-14">
      <h2 id="others" className="font-semibold text-xl">
        Also running
      </h2>
      <ul className="mt-5 flex flex-col gap-3">
        {subscriptions.map((subscription) => (
          <OtherSubscription key={subscription.id} subscription={subscription} />
        ))}
      </ul>
    </section>
  );
}

function OtherSubscription({ subscription }: { subscription: SubscriptionView }) {
  const { label, tone, sentence } = describeOther(subscription);
  const [first] = subscription.items;
  const isEnding = subscription.cancelAt !== null || subscription.cancelAtPeriodEnd;
  const price = totalWords(subscription.items) ?? (first ? itemWords(first) : "Price not known yet");
  return (
    <li className="card flex flex-wrap items-center justify-between gap-x-8 gap-y-2 px-6 py-4 sm:px-8">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="wrap-anywhere font-medium">{planName(subscription.items)}</h3>
        <Pill tone={tone}>{label}</Pill>
      </div>
      <p className="text-muted tabular-nums">
        {price}. {sentence}{" "}
        {isEnding ? null : (
          <PageLink
            href={`/dashboard/cancel?subscription=${subscription.id}`}
            className="text-accent underline underline-offset-4"
          >
            Cancel
            <span className="sr-only"> {planName(subscription.items)}</span>
          </PageLink>
        )}
      </p>
    </li>
  );
}
