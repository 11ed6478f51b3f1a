import { BUTTON } from "../ui/button";
import { Mark } from "../ui/mark";
import { PageLink } from "../ui/page-link";

/** Where a plan will be. */
export function EmptyPlan({ isAwaited }: { isAwaited: boolean }) {
  return (
    <section
      aria-labelledby="plan"
      className="flex flex-col items-center rounded-2xl border border-line border-dashed px-6 py-16 text-center"
    >
      <Mark className="size-10 text-muted" />
      <h2 id="plan" className="mt-5 font-semibold text-xl">
        {isAwaited ? "Your plan will be here" : "No plan yet"}
      </h2>
      <p className="mt-1.5 max-w-sm text-muted">
        {isAwaited
          ? "What it costs, when it renews, and every invoice."
          : "Choose one, and it shows here within seconds of being paid: what it costs, when it renews, and every invoice."}
      </p>
      {isAwaited ? null : (
        <PageLink href="/#pricing" className={`${BUTTON.primary} mt-7`}>
          See the plans
        </PageLink>
      )}
    </section>
  );
}
