import { FEATURES, type FeatureKey, PLANS } from "@/lib/billing/plans";
import type { Standing } from "@/lib/billing/standing";
import { BUTTON } from "./button";
import { PageLink } from "./page-link";

type Props = { feature: FeatureKey; standing: Standing | null; as?: "h1" | "h2" };

/** What stands where a feature would be: what it is called, which plan has it, and the way there. */
export function Upgrade({ feature, standing, as: Heading = "h2" }: Props) {
  const plan = PLANS.find(({ features }) => features.some((key) => key === feature));
  const isSubscribed = standing?.access.access ?? false;
  // The plan has it, but is switched off for want of a payment.
  const isOff = !isSubscribed && standing?.bill;
  return (
    <section
      aria-labelledby="upgrade"
      className="flex flex-col items-center rounded-2xl border border-line border-dashed px-6 py-16 text-center"
    >
      <svg viewBox="0 0 24 24" aria-hidden="true" className="size-9 text-muted">
        <path
          d="M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinejoin="round"
        />
      </svg>
      <Heading id="upgrade" className="mt-5 font-semibold text-2xl">
        {FEATURES[feature]} {plan ? `comes with ${plan.name}` : "is not on sale"}
      </Heading>
      <p className="mt-1.5 max-w-sm text-muted">
        {isOff
          ? "Your plan is switched off until its payment is made."
          : isSubscribed
            ? "Your plan does not have it. What you have stays as it is."
            : "It is yours within seconds of choosing the plan."}
      </p>
      {plan ? (
        isOff ? (
          <PageLink href="/dashboard" className={`${BUTTON.primary} mt-7`}>
            See what is to be paid
          </PageLink>
        ) : isSubscribed ? (
          <PageLink href={`/dashboard/change?plan=${plan.key}`} className={`${BUTTON.primary} mt-7`}>
            See what {plan.name} costs
          </PageLink>
        ) : (
          <PageLink href="/#pricing" className={`${BUTTON.primary} mt-7`}>
            See the plans
          </PageLink>
        )
      ) : null}
    </section>
  );
}
