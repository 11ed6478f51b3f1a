import { billingOf } from "@/lib/access";
import { healBilling } from "@/lib/billing/heal";
import type { SubscriptionView } from "@/lib/billing/queries";
import { env } from "@/lib/env";
import { requireUser } from "@/lib/session";
import { doneWords } from "../ui/done-words";
import { Confirmation } from "./confirmation";
import { DONE } from "./done";
import { DuplicateWarning } from "./duplicate-warning";
import { EmptyPlan } from "./empty-plan";
import { Invoices } from "./invoices";
import { LiveUpdates } from "./live-updates";
import { nextStep, pauseNotice } from "./next-step";
import { Notice } from "./notice";
import { OtherSubscriptions } from "./other-subscriptions";
import { runningPeriod } from "./period";
import { PlanCard } from "./plan-card";
import { describeStatus, isCharging } from "./status";
import { versionOf } from "./version";
import { WaitingNotice } from "./waiting-notice";
import { WhatHappened } from "./what-happened";

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function DashboardPage({ searchParams }: PageProps) {
  const user = await requireUser("/dashboard");
  const now = new Date();
  const view = await healBilling(user.id, await billingOf(user.id), now);
  const { subscription, others, access } = view;
  // The way back from checkout is often quicker than the event that tells of the payment.
  const { checkout, done } = await searchParams;
  const doneNow = doneWords(DONE, done);
  const isAwaited = checkout === "complete" && !access.access;
  const step = nextStep(view);
  const pause = subscription && access.state !== "ended" ? pauseNotice(subscription) : null;
  return (
    <>
      <LiveUpdates version={versionOf(view)} isPending={view.settling || isAwaited} />
      <h1 className="font-semibold text-3xl">Dashboard</h1>
      <div className="mt-8 flex flex-col gap-5">
        {isAwaited ? (
          <Notice
            tone="quiet"
            title="Your payment is being confirmed"
            words={["This page changes by itself as soon as Stripe has told us, usually within seconds."]}
          />
        ) : null}
        {checkout === "subscribed" && access.access ? (
          <Notice
            tone="quiet"
            title="You have a plan already"
            words={["Nothing was charged. A plan is changed here, rather than bought a second time."]}
          />
        ) : null}
        {doneNow ? <Notice tone="quiet" title={doneNow.title} words={[doneNow.words]} /> : null}
        {subscription?.waiting ? (
          <WaitingNotice subscription={subscription} waiting={subscription.waiting} />
        ) : null}
        {pause ? <Notice tone="quiet" {...pause} /> : null}
        {step ? <Notice tone="warn" {...step} /> : null}
        {subscription && [subscription, ...others].filter(isCharging).length > 1 ? (
          <DuplicateWarning subscriptions={[subscription, ...others].filter(isCharging)} />
        ) : null}
        {subscription ? (
          <PlanCard
            view={view}
            subscription={subscription}
            status={describeStatus(view, now)}
            period={runningPeriod(view, env().PAST_DUE_GRACE_DAYS)}
            now={now}
          />
        ) : (
          <EmptyPlan isAwaited={isAwaited} />
        )}
      </div>
      {others.length > 0 ? <OtherSubscriptions subscriptions={others} /> : null}
      {subscription || view.invoices.length > 0 ? (
        <>
          <Invoices invoices={view.invoices} asked={askedOf([subscription, ...others])} />
          <WhatHappened facts={view.timeline} now={now} />
          <Confirmation confirmedAt={subscription?.confirmedAt ?? null} isSettling={view.settling} />
        </>
      ) : null}
    </>
  );
}

/** The bills that the customer's bank wants confirmed: the banner asks for it, and nothing else may say that they failed. */
const askedOf = (subscriptions: readonly (SubscriptionView | null)[]) =>
  new Set(
    subscriptions.flatMap((one) => one?.unpaid.flatMap((bill) => (bill.needsAction ? bill.id : [])) ?? []),
  );
