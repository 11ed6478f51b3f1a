import type { ReactNode } from "react";
import { type ChangePreview, previewChange } from "@/lib/billing/change/preview";
import { Refusal } from "@/lib/billing/errors";
import { planByKey } from "@/lib/billing/plans";
import { errorKind } from "@/lib/error-kind";
import { formatDate, formatMoney } from "@/lib/format";
import { log } from "@/lib/log";
import { ActionForm } from "../action-form";
import { confirmChange } from "../actions";
import { planWithSeats } from "../price-lines";
import type { Choice } from "./wish";

type Props = { userId: string; subscriptionId: string; wish: Choice };

/** What the wish costs, from Stripe, and the button that makes it so. */
export async function Preview({ userId, subscriptionId, wish }: Props) {
  const shown = await previewOrSay(userId, subscriptionId, wish);
  if (typeof shown === "string")
    return (
      <p role="alert" className="mt-8 rounded-lg border border-bad-line bg-bad-soft px-4 py-3 text-bad">
        {shown}
      </p>
    );
  const plan = planByKey(wish.plan);
  const name = plan ? planWithSeats(plan, wish.seats) : "";
  switch (shown.kind) {
    case "none":
      return (
        <p role="status" className="mt-8 text-muted">
          This is what you have. Choose something else to see what it costs.
        </p>
      );
    case "now":
      return <Now name={name} shown={shown} />;
    case "later":
      return (
        <Card title={`${name} from ${formatDate(shown.at)}`}>
          <p className="mt-2">
            Nothing is charged now, and nothing changes before {formatDate(shown.at)}. Then it costs{" "}
            <Renewal shown={shown} />. You can take it back until then.
          </p>
          <Confirm quote={shown.quote} label={`Change on ${formatDate(shown.at)}`} />
        </Card>
      );
    default:
      return shown satisfies never;
  }
}

async function previewOrSay(
  userId: string,
  subscriptionId: string,
  { plan: key, cadence, seats }: Choice,
): Promise<ChangePreview | string> {
  const plan = planByKey(key);
  if (!plan) return "There is no such plan.";
  try {
    return await previewChange(userId, subscriptionId, { plan, cadence, seats }, new Date());
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    log("error", "no preview", { user: userId, error: errorKind(error) });
    return "Stripe cannot be asked what it costs just now. Nothing was changed. Try again in a moment.";
  }
}

function Now({ name, shown }: { name: string; shown: Extract<ChangePreview, { kind: "now" }> }) {
  const { due, credit, lines, renewal, endsTrial } = shown;
  return (
    <Card title={due.amount > 0 ? `${formatMoney(due)} now` : "Nothing to pay now"}>
      {lines.length > 0 ? (
        <table className="mt-4 w-full tabular-nums">
          <caption className="sr-only">What makes up the amount</caption>
          <tbody>
            {lines.map(({ description, amount }) => (
              <tr key={`${description} ${amount.amount}`} className="border-line border-b align-baseline">
                <th scope="row" className="py-2 pr-4 text-left font-normal">
                  {description}
                </th>
                <td className="whitespace-nowrap py-2 text-right">{formatMoney(amount)}</td>
              </tr>
            ))}
            <tr className="align-baseline">
              <th scope="row" className="py-2 pr-4 text-left font-medium">
                Charged now
              </th>
              <td className="whitespace-nowrap py-2 text-right font-medium">{formatMoney(due)}</td>
            </tr>
          </tbody>
        </table>
      ) : null}
      {credit.amount > 0 ? (
        <p className="mt-2">{formatMoney(credit)} stays as credit for your next bills.</p>
      ) : null}
      <p className="mt-2">
        {endsTrial ? `${name} comes without a trial, so yours ends with this change. ` : null}
        {name} is yours at once. It costs <Renewal shown={shown} />, next on {formatDate(renewal.at)}.
      </p>
      <Confirm
        quote={shown.quote}
        label={due.amount > 0 ? `Pay ${formatMoney(due)} and change` : "Change now"}
      />
    </Card>
  );
}

function Renewal({ shown: { renewal } }: { shown: Exclude<ChangePreview, { kind: "none" }> }) {
  return (
    <>
      {formatMoney(renewal.amount)} per {renewal.cadence}
    </>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-labelledby="preview" className="card mt-8 px-6 py-7 sm:px-8">
      <h2 id="preview" className="font-semibold text-2xl tabular-nums">
        {title}
      </h2>
      {children}
    </section>
  );
}

function Confirm({ quote, label }: { quote: string; label: string }) {
  return (
    <ActionForm
      action={confirmChange}
      hidden={{ quote }}
      look="primary"
      label={label}
      className="mt-6 sm:items-start"
    />
  );
}
