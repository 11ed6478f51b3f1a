import type { Metadata } from "next";
import { billingOf } from "@/lib/access";
import { readPlans } from "@/lib/billing/on-sale";
import { PLANS } from "@/lib/billing/plans";
import type { SubscriptionView } from "@/lib/billing/queries";
import { requireUser } from "@/lib/session";
import { BUTTON } from "../../ui/button";
import { PageLink } from "../../ui/page-link";
import { Choices } from "./choices";
import { Preview } from "./preview";
import { type Choice, readWish } from "./wish";

export const metadata: Metadata = { title: "Change your plan" };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Choose, look at what it costs, confirm: the first two by a plain form, so that it works without scripts. */
export default async function ChangePage({ searchParams }: PageProps) {
  const user = await requireUser("/dashboard/change");
  const [params, view, plans] = await Promise.all([searchParams, billingOf(user.id), readPlans()]);
  const { subscription, access } = view;
  if (!subscription || access.state === "none" || access.state === "ended") return <Nothing />;
  const current = currentChoice(subscription);
  const wish = readWish(params, current);
  return (
    <div className="w-full max-w-3xl">
      <h1 className="font-semibold text-3xl">Change your plan</h1>
      <p className="mt-2 text-muted">
        A larger plan is yours at once, and you pay the difference. A smaller one begins when what you have
        paid for is used up.
      </p>
      <Choices plans={plans} current={current} wish={wish ?? current} />
      {wish ? (
        <Preview key={JSON.stringify(wish)} userId={user.id} subscriptionId={subscription.id} wish={wish} />
      ) : null}
    </div>
  );
}

function Nothing() {
  return (
    <>
      <h1 className="font-semibold text-3xl">Change your plan</h1>
      <p className="mt-3 mb-7 text-muted">There is no plan to change. Choose one first.</p>
      <PageLink href="/#pricing" className={`${BUTTON.primary} self-start`}>
        See the plans
      </PageLink>
    </>
  );
}

/** What the subscription has, as one of the choices; the smallest plan where it has something that is not on sale. */
function currentChoice({ items }: SubscriptionView): Choice {
  const [item] = items;
  if (!item?.plan) return { plan: PLANS[0].key, cadence: "month", seats: 1 };
  const cadence = item.price?.interval === "year" ? "year" : "month";
  return { plan: item.plan.key, cadence, seats: item.quantity ?? 1 };
}
