import type { Metadata } from "next";
import { afterResponse } from "@/lib/after";
import { countRevenueWhenDue, REVENUE_SQL, type RevenueMonth, readRevenue } from "@/lib/billing/revenue";
import { formatDateTime, formatMoney } from "@/lib/format";
import { requireOperator } from "@/lib/operator/access";
import { BUTTON } from "../../ui/button";
import { recount } from "../actions";
import { Nothing, Section, Table } from "../section";
import { MonthChart } from "./month-chart";

export const metadata: Metadata = { title: "Revenue" };

export default async function RevenuePage() {
  await requireOperator();
  const months = await readRevenue();
  const countedAt = months.at(-1)?.countedAt;
  afterResponse("count revenue", countRevenueWhenDue);
  const currencies = [...new Set(months.map(({ currency }) => currency))];
  return (
    <>
      <h1 className="mt-4 font-semibold text-3xl">Revenue</h1>
      <p className="mt-2 max-w-2xl text-muted">
        From the rows of subscriptions, each at the price it has now. Discounts, taxes and usage are not in
        it; Stripe&apos;s own reports are the books.
      </p>
      <form action={recount} className="mt-4 flex flex-wrap items-center gap-3">
        <button type="submit" className={BUTTON.quiet}>
          Count anew
        </button>
        <span className="text-muted text-sm">
          {countedAt ? `Counted on ${formatDateTime(countedAt)}.` : "Not counted yet."}
        </span>
      </form>
      {months.length === 0 ? (
        <div className="mt-8">
          <Nothing>There is nothing to show: it is being counted, or there is no subscription.</Nothing>
        </div>
      ) : null}
      {currencies.map((currency) => (
        <Currency
          key={currency}
          currency={currency}
          months={months.filter((month) => month.currency === currency)}
        />
      ))}
      <Section id="query" title="The query">
        <details className="card px-6 py-4">
          <summary className="cursor-pointer font-medium">Show the SQL that these figures come from</summary>
          <pre className="wrap-anywhere mt-4 whitespace-pre-wrap rounded-lg bg-sunken p-4 text-sm leading-5">
            {REVENUE_SQL}
          </pre>
        </details>
      </Section>
    </>
  );
}

function Currency({ currency, months }: { currency: string; months: readonly RevenueMonth[] }) {
  const name = currency.toUpperCase() || "No currency";
  const money = (amount: bigint) => formatMoney({ amount: Number(amount), currency }, "short");
  const chart = (pick: (month: RevenueMonth) => number) =>
    months.map((month) => ({ month: month.month, value: pick(month) }));
  return (
    <Section id={`in-${currency}`} title={name}>
      <div className="grid gap-5 sm:grid-cols-2">
        <MonthChart
          title="Monthly recurring revenue"
          bars={chart(({ mrr }) => Number(mrr))}
          words={(value) => money(BigInt(value))}
        />
        <MonthChart title="Active" bars={chart(({ active }) => active)} />
        <MonthChart title="On trial" bars={chart(({ trialing }) => trialing)} />
        <MonthChart title="Ended in the month" bars={chart(({ churned }) => churned)} tone="bad" />
      </div>
      <div className="mt-5">
        <Table
          label={`By month, in ${name}`}
          rows={months.toReversed().map(({ month, mrr, active, trialing, started, churned }) => ({
            key: month.toISOString(),
            cells: {
              Month: month.toISOString().slice(0, 7),
              MRR: money(mrr),
              Active: active.toLocaleString("en"),
              "On trial": trialing.toLocaleString("en"),
              Began: started.toLocaleString("en"),
              Ended: churned.toLocaleString("en"),
              Churn: active + churned > 0 ? `${((100 * churned) / (active + churned)).toFixed(1)} %` : "–",
            },
          }))}
        />
      </div>
    </Section>
  );
}
