import type { SubscriptionView } from "@/lib/billing/queries";
import { Notice } from "./notice";
import { planName } from "./price-lines";

/** Two subscriptions that both charge are rarely meant, and are paid for until somebody notices. */
export function DuplicateWarning({ subscriptions }: { subscriptions: readonly SubscriptionView[] }) {
  const names = subscriptions.map(({ items }) => planName(items));
  return (
    <Notice tone="warn" title={`${subscriptions.length} subscriptions are running side by side`}>
      <p>
        {new Intl.ListFormat("en").format(names)} are charged separately. If you meant to have one, cancel the
        other.
      </p>
    </Notice>
  );
}
