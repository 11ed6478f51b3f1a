import type { PlanView } from "@/lib/billing/on-sale";
import { CADENCES } from "@/lib/billing/plans";
import { formatMoney } from "@/lib/format";
import { pricePer } from "../../checkout/price-words";
import { BUTTON } from "../../ui/button";
import { SeatsInput } from "../../ui/seats-input";
import type { Choice } from "./wish";

const CARD =
  "card relative flex cursor-pointer flex-col p-5 has-checked:border-accent has-checked:outline-1 has-checked:outline-accent has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2";
const CADENCE =
  "flex min-h-11 cursor-pointer items-center rounded-full px-4 font-medium text-muted transition-[color,background-color] has-checked:bg-ink has-checked:text-paper has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2";

const SHOWN_FOR = {
  month: "group-has-[[value=year]:checked]/change:hidden",
  year: "hidden group-has-[[value=year]:checked]/change:block",
};

type Props = { plans: readonly PlanView[]; current: Choice; wish: Choice };

/** What can be chosen. Radio buttons and a number, so it works by keyboard, by ear, and without scripts. */
export function Choices({ plans, current, wish }: Props) {
  const most = Math.max(...plans.map(({ seats }) => seats?.most ?? 1));
  return (
    <form method="get" action="/dashboard/change" className="group/change mt-8 flex flex-col gap-6">
      <fieldset className="flex self-start rounded-full border border-line bg-surface p-1">
        <legend className="sr-only">How often to pay</legend>
        {CADENCES.map((cadence) => (
          <label key={cadence} className={CADENCE}>
            <input
              type="radio"
              name="cadence"
              value={cadence}
              defaultChecked={wish.cadence === cadence}
              className="sr-only"
            />
            {cadence === "month" ? "Monthly" : "Yearly"}
          </label>
        ))}
      </fieldset>
      <fieldset className="grid gap-4 sm:grid-cols-3">
        <legend className="sr-only">Plan</legend>
        {plans.map((plan) => (
          <label key={plan.key} className={CARD}>
            <input
              type="radio"
              name="plan"
              value={plan.key}
              defaultChecked={wish.plan === plan.key}
              className="sr-only"
            />
            <span className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span className="wrap-anywhere font-semibold text-lg">{plan.name}</span>
              {plan.key === current.plan ? <span className="text-accent text-sm">Your plan</span> : null}
            </span>
            {CADENCES.map((cadence) => (
              <PriceWords key={cadence} plan={plan} cadence={cadence} />
            ))}
          </label>
        ))}
      </fieldset>
      {most > 1 ? (
        <SeatsInput
          most={most}
          defaultValue={wish.seats}
          note={`For plans that are sold by the seat, up to ${most}.`}
        />
      ) : null}
      <button type="submit" className={`${BUTTON.quiet} self-start max-sm:w-full`}>
        Show what it costs
      </button>
    </form>
  );
}

function PriceWords({ plan, cadence }: { plan: PlanView; cadence: "month" | "year" }) {
  const price = plan.prices.find(({ interval }) => interval === cadence);
  return (
    <span className={`mt-1 text-muted tabular-nums ${SHOWN_FOR[cadence]}`}>
      {price?.unitAmount ? `${formatMoney(price.unitAmount, "short")} ${pricePer(plan, price)}` : "No price"}
    </span>
  );
}
