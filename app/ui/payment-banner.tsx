import { connection } from "next/server";
import { currentStanding } from "@/lib/access";
import type { Standing } from "@/lib/billing/standing";
import { errorKind } from "@/lib/error-kind";
import { log } from "@/lib/log";
import { BUTTON } from "./button";
import { paymentStep } from "./payment-step";

const FRAMES = {
  bad: { box: "border-bad-line bg-bad-soft", title: "text-bad" },
  warn: { box: "border-warn-line bg-warn-soft", title: "text-warn" },
};

/** A payment that is to be made, on every page until it is: how much, until when, and one click to pay. */
export async function PaymentBanner() {
  await connection();
  const standing = await standingIfKnown();
  const step = standing && paymentStep(standing, new Date());
  if (!step) return null;
  const { box, title } = FRAMES[step.tone];
  return (
    <section aria-label="Payment" role="status" className={`border-b ${box}`}>
      <div className="mx-auto flex w-full max-w-5xl flex-wrap items-center justify-between gap-x-8 gap-y-4 px-5 py-4 sm:px-8">
        <div className="min-w-0 max-w-2xl">
          <p className={`font-semibold text-lg ${title}`}>{step.title}</p>
          {step.words.map((words) => (
            <p key={words} className="mt-0.5">
              {words}
            </p>
          ))}
        </div>
        {step.link ? (
          <a
            href={step.link.href}
            target="_blank"
            rel="noopener"
            className={`${BUTTON.primary} max-sm:w-full`}
          >
            {step.link.label}
            <span className="sr-only"> (opens Stripe in a new tab)</span>
          </a>
        ) : null}
      </div>
    </section>
  );
}

/** A page for everybody still shows while the database is away. */
async function standingIfKnown(): Promise<Standing | null> {
  try {
    return await currentStanding();
  } catch (error) {
    log("error", "the payment banner could not be read", { error: errorKind(error) });
    return null;
  }
}
