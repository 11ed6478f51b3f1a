import type { Metadata } from "next";
import { Suspense } from "react";
import { FINDING_KINDS, openFindings } from "@/lib/billing/findings";
import type { DeliveryCount } from "@/lib/billing/webhook/deliveries";
import { requireOperator } from "@/lib/operator/access";
import { type LastOfType, type Percentiles, readHealth } from "@/lib/operator/health";
import { Notice } from "../dashboard/notice";
import { PageLink } from "../ui/page-link";
import { Endpoint } from "./endpoint";
import { HourChart } from "./hour-chart";
import { MailSection } from "./mail-section";
import { ago, Moment } from "./moment";
import { Figures, LINK, Section, Table } from "./section";
import { TypeName } from "./type-name";

export const metadata: Metadata = { title: "Health" };

export default async function HealthPage() {
  await requireOperator();
  const [health, findings] = await Promise.all([readHealth(), openFindings(FINDING_KINDS)]);
  const { standing, hours, apply, ack, types, versions, deliveries } = health;
  const now = new Date();
  return (
    <>
      <h1 className="mt-4 font-semibold text-3xl">Health</h1>
      {findings.length > 0 ? (
        <div className="mt-6">
          <Notice
            tone="warn"
            title={`${findings.length === 100 ? "100 or more things need" : findings.length === 1 ? "One thing needs" : `${findings.length} things need`} a person`}
          >
            {findings.slice(0, 5).map(({ kind, subjectId, detail }) => (
              <p key={`${kind} ${subjectId}`} className="wrap-anywhere">
                <PageLink href={placeOf(kind, subjectId)} className={LINK}>
                  {subjectId}
                </PageLink>
                {": "}
                {detail}
              </p>
            ))}
            {findings.length > 5 ? <p>And {findings.length - 5} more.</p> : null}
          </Notice>
        </div>
      ) : null}
      <div className="card mt-6 px-6 py-6">
        <Figures
          figures={[
            { label: "Pending", value: upTo(standing.pending) },
            {
              label: "Oldest pending",
              value: standing.oldestPendingAt ? `${ago(standing.oldestPendingAt, now)} old` : "None",
            },
            { label: "Parked", value: upTo(standing.parked) },
            {
              label: "Last event",
              value: standing.lastReceivedAt ? `${ago(standing.lastReceivedAt, now)} ago` : "None yet",
            },
            { label: "Answer to Stripe", ...latency(ack, "of this server's own answers") },
            { label: "Receipt to row", ...latency(apply, "of the newest that were applied") },
            { label: "Refused in a day", ...refusals(deliveries) },
          ]}
        />
      </div>
      <MailSection now={now} />
      <Section id="hours" title="Events an hour">
        <HourChart hours={hours} />
      </Section>
      <Section id="endpoint" title="The endpoint, as Stripe has it">
        <Suspense fallback={<div className="skeleton h-24" />}>
          <Endpoint versions={versions} />
        </Suspense>
      </Section>
      <Section id="types" title="The last event of each type">
        <LastEvents types={types} />
      </Section>
    </>
  );
}

function LastEvents({ types }: { types: readonly LastOfType[] }) {
  const [came, never] = [
    types.filter(({ lastAt }) => lastAt !== null),
    types.filter(({ lastAt }) => lastAt === null),
  ];
  return (
    <>
      {came.length > 0 ? (
        <Table
          label="The last event of each type"
          rows={came.map(({ type, lastAt }) => ({
            key: type,
            cells: {
              Type: (
                <PageLink href={`/operator/events?type=${type}`} className={LINK}>
                  <TypeName type={type} />
                </PageLink>
              ),
              Received: <Moment at={lastAt} />,
            },
          }))}
        />
      ) : null}
      {never.length > 0 ? (
        <details className="mt-4 text-muted">
          <summary className="cursor-pointer">
            {never.length} {came.length > 0 ? "other types" : "types"} never came
          </summary>
          <ul className="mt-2 columns-1 gap-8 pl-4 text-sm sm:columns-2">
            {never.map(({ type }) => (
              <li key={type} className="py-0.5">
                <TypeName type={type} />
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

const upTo = (count: number) => (count > 10_000 ? "more than 10,000" : count.toLocaleString("en"));

function latency(percentiles: Percentiles | null, words: string) {
  if (!percentiles) return { value: "Not known yet", note: `Median ${words}` };
  const { p50, p95, p99, of } = percentiles;
  return {
    value: `${Math.round(p50)} ms`,
    note: `95 %: ${Math.round(p95)} ms, 99 %: ${Math.round(p99)} ms, ${words} (${of})`,
  };
}

/** What whoever sent it did to be refused, by the kinds of lib/billing/webhook/verify.ts. */
const REFUSED: Record<string, string> = {
  unsigned: "without a signature",
  mismatched: "signed with another secret",
  forged: "with a made-up signature",
  mistimed: "signed at another time",
  unreadable: "signed, and no event",
};

function refusals(deliveries: readonly DeliveryCount[]) {
  const refused = deliveries.filter(({ kind }) => kind !== "accepted");
  const total = refused.reduce((sum, { count }) => sum + count, 0);
  const words = refused.map(({ kind, count }) => `${count.toLocaleString("en")} ${REFUSED[kind] ?? kind}`);
  return total === 0 ? { value: "None" } : { value: total.toLocaleString("en"), note: words.join(", ") };
}

function placeOf(kind: string, subjectId: string) {
  if (kind === "parked") return `/operator/events/${subjectId}` as const;
  if (kind === "orphan" || kind === "duplicate") return `/operator/customers/${subjectId}` as const;
  if (kind === "mail") return "/operator#mail";
  return kind === "unknown" ? "/operator/customers" : "/operator#endpoint";
}
