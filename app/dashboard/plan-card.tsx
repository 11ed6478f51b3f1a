import type { BillingView, SubscriptionView } from "@/lib/billing/queries";
import { BUTTON } from "../ui/button";
import { PageLink } from "../ui/page-link";
import { Manage } from "./manage";
import type { Period } from "./period";
import { PeriodBar } from "./period-bar";
import { Pill } from "./pill";
import { itemWords, planName, totalWords } from "./price-lines";
import type { Status } from "./status";

type Props = {
  view: BillingView;
  subscription: SubscriptionView;
  status: Status;
  period: Period | null;
  now: Date;
};

/** The plan at one glance: what it is, how it stands, what happens when, what it costs. */
export function PlanCard({ view, subscription, status, period, now }: Props) {
  const hasEnded = view.access.state === "ended";
  return (
    <section aria-labelledby="plan" className="card px-6 py-7 sm:px-8">
      <div className="flex flex-wrap justify-between gap-x-12 gap-y-7">
        <div className="min-w-0 max-w-lg flex-1 basis-72">
          <h2 id="plan" className="wrap-anywhere font-semibold text-2xl">
            {planName(subscription.items)}
          </h2>
          <div role="status" className="mt-3">
            <Pill tone={status.tone}>{status.label}</Pill>
            <p className="mt-3 text-lg">{status.sentence}</p>
          </div>
        </div>
        <dl className="flex min-w-0 flex-wrap gap-x-12 gap-y-5">
          <div>
            <dt className="text-muted text-sm">{hasEnded ? "Price until then" : "Price"}</dt>
            <PriceLines items={subscription.items} />
          </div>
          <div>
            <dt className="text-muted text-sm">Access</dt>
            <dd className="mt-1 font-medium">{view.access.access ? "On" : "Off"}</dd>
          </div>
        </dl>
      </div>
      {period ? <PeriodBar period={period} now={now} /> : null}
      {hasEnded ? null : <Manage subscription={subscription} />}
      {hasEnded ? (
        <PageLink href="/#pricing" className={`${BUTTON.primary} mt-7 max-sm:w-full`}>
          Choose a plan again
        </PageLink>
      ) : null}
    </section>
  );
}

function PriceLines({ items }: { items: SubscriptionView["items"] }) {
  const total = totalWords(items);
  const [only] = items;
  const isPlain = items.length === 1 && (only?.quantity ?? 1) === 1;
  if (isPlain || items.length === 0)
    return <dd className="mt-1 font-medium tabular-nums">{only ? itemWords(only) : "Not known yet"}</dd>;
  return (
    <>
      {total ? <dd className="mt-1 font-medium tabular-nums">{total}</dd> : null}
      {items.map((item) => (
        <dd key={item.id} className="mt-1 text-muted text-sm tabular-nums">
          {items.length > 1 ? `${item.productName ?? "Another item"}: ` : null}
          {itemWords(item)}
        </dd>
      ))}
    </>
  );
}
