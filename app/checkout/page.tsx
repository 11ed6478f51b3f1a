import { redirect } from "next/navigation";
import { currentStanding } from "@/lib/access";
import { readPlans } from "@/lib/billing/on-sale";
import { choiceOf } from "@/lib/billing/plans";
import { hadTrial } from "@/lib/billing/trials";
import { formatInterval, formatMoney } from "@/lib/format";
import { currentUser } from "@/lib/session";
import { BUTTON } from "../ui/button";
import { Message } from "../ui/message";
import { PageLink } from "../ui/page-link";
import { BuyForm } from "./buy-form";
import { checkoutPath, signUpPath } from "./path";
import { pricePer } from "./price-words";
import { SeatsField } from "./seats-field";

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** What was chosen, once more before the payment: where signing up and the payment's way back lead to. */
export default async function CheckoutPage({ searchParams }: PageProps) {
  const { plan: lookupKey, seats } = await searchParams;
  if (typeof lookupKey !== "string") redirect("/#pricing");
  const choice = choiceOf(lookupKey);
  if (!choice) return <NotOnSale />;
  const { plan } = choice;
  const wantedSeats = readSeats(seats, plan.seats?.most ?? 1);
  const user = await currentUser();
  if (!user) redirect(signUpPath(checkoutPath(choice.price.lookupKey, wantedSeats)));
  if ((await currentStanding())?.access.access) redirect("/dashboard?checkout=subscribed");
  const view = (await readPlans()).find(({ key }) => key === plan.key);
  const price = view?.prices.find((one) => one.lookupKey === choice.price.lookupKey);
  if (!price) return <NotOnSale />;
  const isFree = plan.trialDays > 0 && !(await hadTrial(user.id));
  const every = formatInterval(price.interval, price.intervalCount);
  return (
    <div className="mx-auto flex w-full max-w-md flex-1 flex-col px-5 pt-16 sm:pt-24">
      <h1 className="font-semibold text-3xl">{plan.name}</h1>
      <p className="mt-2 text-muted">{plan.description}</p>
      <div className="card mt-8 p-6">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-semibold text-4xl tabular-nums tracking-[-0.03em]">
            {price.unitAmount ? formatMoney(price.unitAmount, "short") : "By usage"}
          </span>
          <span className="text-muted">{pricePer(plan, price)}</span>
        </p>
        {isFree ? (
          <p className="mt-1.5 text-accent text-sm">
            The first {plan.trialDays} days are free. Nothing is charged until then.
          </p>
        ) : null}
        <div className="mt-6 border-line border-t pt-6">
          <BuyForm
            lookupKey={price.lookupKey}
            look="primary"
            fields={
              plan.seats ? (
                <SeatsField
                  most={plan.seats.most}
                  initial={wantedSeats}
                  each={price.unitAmount}
                  every={every}
                />
              ) : null
            }
          >
            Continue to payment
          </BuyForm>
        </div>
      </div>
      <p className="mt-6 text-muted text-sm">
        You pay at Stripe, and nothing is charged before you confirm it there.{" "}
        <PageLink href="/#pricing" className="text-accent underline underline-offset-4">
          Choose another plan
        </PageLink>
      </p>
    </div>
  );
}

/** An address of before the plans changed, most often. */
function NotOnSale() {
  return (
    <Message
      title="This plan is not on sale"
      words="Nothing was charged. These are the plans that there are."
    >
      <PageLink href="/#pricing" className={BUTTON.primary}>
        See the plans
      </PageLink>
    </Message>
  );
}

function readSeats(value: unknown, most: number): number {
  const seats = typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : 1;
  return Math.min(Math.max(seats, 1), most);
}
