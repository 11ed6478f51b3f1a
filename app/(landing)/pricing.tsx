import { connection } from "next/server";
import { billingOf } from "@/lib/access";
import { type PlanView, readPlans } from "@/lib/billing/on-sale";
import { hadTrial } from "@/lib/billing/trials";
import { errorKind } from "@/lib/error-kind";
import { log } from "@/lib/log";
import { currentUser } from "@/lib/session";
import { cadencesOf } from "./cadence";
import { CadenceSwitch } from "./cadence-switch";
import { PlanCard, type Visitor } from "./plan-card";

/** The plans on offer. Read for each visitor, so that a build needs no database and a changed price shows at once. */
export async function Pricing() {
  await connection();
  const plans = await plansIfReachable();
  if (plans === null) return <Without words="The prices cannot be shown just now. Look again in a minute." />;
  if (plans.length === 0)
    return <Without words="There is nothing to buy yet. Prices show here as soon as there are some." />;
  const cadences = cadencesOf(plans);
  const visitor = await whoLooks().catch((): Visitor => ({ is: "guest" }));
  return (
    <div className="group/pricing">
      <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-5">
        <PricingTitle />
        {cadences.length > 1 ? <CadenceSwitch /> : null}
      </div>
      <ul className="mt-10 grid gap-5 sm:grid-cols-2 lg:grid-cols-[repeat(auto-fit,minmax(17rem,1fr))]">
        {plans.map((plan) => (
          <li key={plan.key} className="grid min-w-0">
            <PlanCard plan={plan} cadences={cadences} visitor={visitor} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Null while the database is away: the page is for everybody, and most of it needs none. */
async function plansIfReachable(): Promise<PlanView[] | null> {
  try {
    return await readPlans();
  } catch (error) {
    log("error", "the plans could not be read", { error: errorKind(error) });
    return null;
  }
}

async function whoLooks(): Promise<Visitor> {
  const user = await currentUser();
  if (!user) return { is: "guest" };
  const { access, plan, subscription } = await billingOf(user.id);
  return ["none", "incomplete", "ended"].includes(access.state)
    ? { is: "user", hadTrial: await hadTrial(user.id) }
    : {
        is: "subscriber",
        plan: plan?.key ?? null,
        interval: subscription?.items[0]?.price?.interval ?? null,
      };
}

function PricingTitle() {
  return (
    <div>
      <h2 id="pricing" className="font-semibold text-3xl">
        Pricing
      </h2>
      <p className="mt-2 text-muted">Pick what fits. Change or cancel at any time.</p>
    </div>
  );
}

function Without({ words }: { words: string }) {
  return (
    <>
      <PricingTitle />
      <p className="mt-8 rounded-2xl border border-line border-dashed px-6 py-12 text-center text-muted">
        {words}
      </p>
    </>
  );
}
