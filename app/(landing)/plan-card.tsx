import type { PlanView } from "@/lib/billing/on-sale";
import type { Cadence } from "@/lib/billing/plans";
import { formatMoney } from "@/lib/format";
import { BuyForm } from "../checkout/buy-form";
import { checkoutPath, signUpPath } from "../checkout/path";
import { pricePer } from "../checkout/price-words";
import { BUTTON } from "../ui/button";
import { PageLink } from "../ui/page-link";
import { pricesFor, yearlySaving } from "./cadence";

// The card holds the prices of both cadences, and the checked radio button above decides which are shown.
const SHOWN_FOR: Record<Cadence, string> = {
  month: "group-has-[[value=year]:checked]/pricing:hidden",
  year: "hidden group-has-[[value=year]:checked]/pricing:block",
};

/** Who looks at the plans: it decides what their buttons do. */
export type Visitor =
  | { is: "guest" }
  | { is: "user"; hadTrial: boolean }
  | { is: "subscriber"; plan: string | null; interval: string | null };

type PlanPrice = PlanView["prices"][number];
type PlanCardProps = { plan: PlanView; cadences: readonly Cadence[]; visitor: Visitor };

export function PlanCard({ plan, cadences, visitor }: PlanCardProps) {
  return (
    <article aria-labelledby={`plan-${plan.key}`} className="card flex min-w-0 flex-col p-6">
      <h3 id={`plan-${plan.key}`} className="wrap-anywhere font-semibold text-lg">
        {plan.name}
      </h3>
      <p className="mt-1 text-muted">{plan.description}</p>
      <div className="mt-6">
        {cadences.map((cadence) => (
          <div key={cadence} className={cadences.length > 1 ? SHOWN_FOR[cadence] : ""}>
            <Price plan={plan} price={pricesFor(plan, cadence)[0]} visitor={visitor} />
          </div>
        ))}
      </div>
      <ul className="mt-6 mb-8 flex flex-col gap-2.5 border-line border-t pt-6">
        {plan.lines.map((line) => (
          <li key={line} className="flex gap-2.5">
            <Tick />
            <span className="wrap-anywhere">{line}</span>
          </li>
        ))}
      </ul>
      <div className="mt-auto">
        {cadences.map((cadence) => (
          <div key={cadence} className={cadences.length > 1 ? SHOWN_FOR[cadence] : ""}>
            <Choose plan={plan} price={pricesFor(plan, cadence)[0]} visitor={visitor} />
          </div>
        ))}
      </div>
    </article>
  );
}

type PriceProps = { plan: PlanView; price: PlanPrice | undefined; visitor: Visitor };

function Price({ plan, price, visitor }: PriceProps) {
  if (!price) return <p className="text-muted">No price at the moment.</p>;
  const saving = yearlySaving(plan, price);
  const hasTrial =
    plan.trialDays > 0 && (visitor.is === "guest" || (visitor.is === "user" && !visitor.hadTrial));
  return (
    <>
      <p className="wrap-anywhere flex flex-wrap items-baseline gap-x-2">
        <span className="font-semibold text-4xl tabular-nums tracking-[-0.03em]">
          {price.unitAmount ? formatMoney(price.unitAmount, "short") : "By usage"}
        </span>
        <span className="text-muted">{pricePer(plan, price)}</span>
      </p>
      {saving ? (
        <p className="mt-1.5 text-accent text-sm">
          Saves {formatMoney(saving, "short")} against paying monthly
        </p>
      ) : null}
      {hasTrial ? (
        <p className="mt-1.5 text-muted text-sm">The first {plan.trialDays} days are free</p>
      ) : null}
    </>
  );
}

/** Guests make an account first and come back to their choice; users buy; who has a plan already changes it. */
function Choose({ plan, price, visitor }: PriceProps) {
  if (!price) return null;
  const label = <span className="truncate">Choose {plan.name}</span>;
  switch (visitor.is) {
    case "guest":
      return (
        <PageLink href={signUpPath(checkoutPath(price.lookupKey))} className={`${BUTTON.quiet} w-full`}>
          {label}
        </PageLink>
      );
    case "user":
      // How many seats is asked for first.
      return plan.seats ? (
        <PageLink href={checkoutPath(price.lookupKey)} className={`${BUTTON.quiet} w-full`}>
          {label}
        </PageLink>
      ) : (
        <BuyForm lookupKey={price.lookupKey} look="quiet">
          {label}
        </BuyForm>
      );
    case "subscriber":
      return plan.key === visitor.plan && price.interval === visitor.interval ? (
        <p className="flex min-h-11 items-center justify-center rounded-lg bg-accent-soft font-medium text-accent">
          Your plan
        </p>
      ) : (
        <PageLink
          href={`/dashboard/change?plan=${plan.key}&cadence=${price.interval}`}
          className={`${BUTTON.quiet} w-full`}
        >
          <span className="truncate">
            {plan.key === visitor.plan ? `Pay by the ${price.interval}` : `Change to ${plan.name}`}
          </span>
        </PageLink>
      );
    default:
      return visitor satisfies never;
  }
}

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
