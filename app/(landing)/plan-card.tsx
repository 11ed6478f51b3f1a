import Link from "next/link";
import type { PlanView, PriceView } from "@/lib/billing/queries";
import { formatInterval, formatMoney } from "@/lib/format";
import { BUTTON } from "../ui/button";
import { type Cadence, pricesFor, yearlySaving } from "./cadence";

// The card holds the prices of both cadences, and the checked radio button above decides which are shown.
const SHOWN_FOR: Record<Cadence, string> = {
  month: "group-has-[[value=year]:checked]/pricing:hidden",
  year: "hidden group-has-[[value=year]:checked]/pricing:block",
};

type PlanCardProps = { plan: PlanView; cadences: readonly Cadence[]; isSignedIn: boolean };

export function PlanCard({ plan, cadences, isSignedIn }: PlanCardProps) {
  return (
    <article aria-labelledby={`plan-${plan.id}`} className="card flex min-w-0 flex-col p-6">
      <h3 id={`plan-${plan.id}`} className="wrap-anywhere font-semibold text-lg">
        {plan.name}
      </h3>
      {plan.description ? <p className="mt-1 text-muted">{plan.description}</p> : null}
      <div className="mt-6">
        {cadences.length > 1 ? (
          cadences.map((cadence) => (
            <div key={cadence} className={SHOWN_FOR[cadence]}>
              <Prices plan={plan} prices={pricesFor(plan, cadence)} />
            </div>
          ))
        ) : (
          <Prices plan={plan} prices={pricesFor(plan, cadences[0] ?? null)} />
        )}
      </div>
      {plan.features.length > 0 ? (
        <ul className="mt-6 flex flex-col gap-2.5 border-line border-t pt-6">
          {plan.features.map((feature) => (
            <li key={feature} className="flex gap-2.5">
              <Tick />
              <span className="wrap-anywhere">{feature}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {isSignedIn ? null : (
        <div className="mt-auto pt-8">
          <Link href="/sign-up" className={`${BUTTON.quiet} w-full`}>
            <span className="truncate">Choose {plan.name}</span>
          </Link>
        </div>
      )}
    </article>
  );
}

function Prices({ plan, prices }: { plan: PlanView; prices: readonly PriceView[] }) {
  const [first, ...more] = prices;
  if (!first) return <p className="text-muted">No price at the moment.</p>;
  const saving = yearlySaving(plan, first);
  return (
    <>
      <p className="wrap-anywhere flex flex-wrap items-baseline gap-x-2">
        <span className="font-semibold text-4xl tabular-nums tracking-[-0.03em]">
          {first.unitAmount ? formatMoney(first.unitAmount, "short") : "By usage"}
        </span>
        <span className="text-muted">{per(first)}</span>
      </p>
      {saving ? (
        <p className="mt-1.5 text-accent text-sm">
          Saves {formatMoney(saving, "short")} against paying monthly
        </p>
      ) : null}
      {more.map((price) => (
        <p key={price.id} className="mt-1.5 text-muted text-sm tabular-nums">
          or {price.unitAmount ? formatMoney(price.unitAmount, "short") : "by usage"} {per(price)}
        </p>
      ))}
    </>
  );
}

const per = ({ interval, intervalCount, metered }: PriceView) =>
  metered
    ? `for each unit, ${formatInterval(interval, intervalCount)}`
    : formatInterval(interval, intervalCount);

function Tick() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className="mt-1 size-4 shrink-0 text-accent">
      <path
        d="m3 8.5 3.2 3.2L13 5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
