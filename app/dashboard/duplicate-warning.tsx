import type { SubscriptionView } from "@/lib/billing/queries";
import { Notice } from "./notice";
import { planName } from "./price-lines";

/** Two subscriptions that both charge are rarely meant, and are paid for until somebody notices. */
export function DuplicateWarning({ subscriptions }: { subscriptions: readonly SubscriptionView[] }) {
  const names = subscriptions.map(({ items }) => planName(items));
  return (
    <Notice tone="warn" title={`You are paying for ${subscriptions.length} subscriptions`}>
      <p>
        {new Intl.ListFormat("en").format(names)} are running side by side, each charged on its own. If you
        meant to have one, cancel the other.
      </p>
    </Notice>
  );
}
