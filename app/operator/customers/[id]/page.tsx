import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { readTimeline } from "@/lib/billing/timeline/read";
import { formatMoney } from "@/lib/format";
import { requireOperator } from "@/lib/operator/access";
import { readCustomer } from "@/lib/operator/customers";
import { listEvents } from "@/lib/operator/events";
import { Pill } from "../../../dashboard/pill";
import { Timeline } from "../../../ui/timeline";
import { ActButton } from "../../act-button";
import { endSubscription, linkTo, syncCustomer } from "../../actions";
import { EventTable } from "../../event-table";
import { idIn } from "../../id-in";
import { Moment } from "../../moment";
import { Nothing, Section, Table } from "../../section";
import { LinkForm } from "./link-form";

export const metadata: Metadata = { title: "Customer" };

const CHARGING = ["active", "trialing", "past_due"];

export default async function CustomerPage({ params }: { params: Promise<{ id: string }> }) {
  await requireOperator();
  const id = await idIn(params);
  const [found, timeline, facts] = await Promise.all([
    readCustomer(id),
    listEvents({ customer: id }, null),
    readTimeline(id),
  ]);
  if (!found) notFound();
  const { customer, subscriptions, invoices } = found;
  const charging = subscriptions.filter(({ status }) => CHARGING.includes(status));
  const isOrphan = !customer?.userId && charging.length > 0;
  return (
    <>
      <h1 className="wrap-anywhere mt-4 font-semibold text-2xl">{customer?.email ?? id}</h1>
      <p className="wrap-anywhere mt-2 text-muted">
        {id}. {customer?.user ? `The user ${customer.user.email} owns it.` : "No user owns it."}
        {customer?.deletedAt ? " It was deleted at Stripe." : ""}
      </p>
      <div className="mt-6">
        <ActButton label="Sync now" act={syncCustomer.bind(null, id)} />
      </div>
      {isOrphan ? (
        <Section
          id="orphan"
          title="Paid for, and nobody's"
          words="Give it to the user who paid, once you are sure who that is. An address alone proves nothing: ask them for the invoice's number."
        >
          <LinkForm link={linkTo.bind(null, id)} />
        </Section>
      ) : null}
      <Section
        id="subscriptions"
        title="Subscriptions"
        {...(charging.length > 1
          ? {
              words:
                "More than one of them charges. Ending one takes effect at once and refunds nothing: do that at Stripe.",
            }
          : {})}
      >
        {subscriptions.length === 0 ? (
          <Nothing>There are none.</Nothing>
        ) : (
          <Table
            label="Subscriptions"
            rows={subscriptions.map(
              ({ id: subscriptionId, status, items, currentPeriodEnd, stripeStateAt }) => ({
                key: subscriptionId,
                cells: {
                  Subscription: subscriptionId,
                  Status: <Pill tone={CHARGING.includes(status) ? "good" : "quiet"}>{status}</Pill>,
                  Items: items.map((item) => `${item.quantity ?? 1} × ${item.priceId}`).join(", "),
                  "Period ends": <Moment at={currentPeriodEnd} />,
                  "True at": <Moment at={stripeStateAt} />,
                  ...(charging.length > 1
                    ? {
                        "End it": CHARGING.includes(status) ? (
                          <EndIt of={id} subscriptionId={subscriptionId} />
                        ) : (
                          "–"
                        ),
                      }
                    : {}),
                },
              }),
            )}
          />
        )}
      </Section>
      <Section id="invoices" title="Invoices">
        {invoices.length === 0 ? (
          <Nothing>There are none.</Nothing>
        ) : (
          <Table
            label="Invoices"
            rows={invoices.map(({ id, number, status, currency, amountDue, amountPaid, ...invoice }) => ({
              key: id,
              cells: {
                Number: number ?? id,
                Status: (
                  <Pill tone={status === "paid" ? "good" : status === "open" ? "warn" : "quiet"}>
                    {status ?? "unknown"}
                  </Pill>
                ),
                Due: formatMoney({ amount: Number(amountDue), currency }),
                Paid: formatMoney({ amount: Number(amountPaid), currency }),
                Attempts: invoice.attemptCount,
                Created: <Moment at={invoice.createdAt} />,
              },
            }))}
          />
        )}
      </Section>
      <Section
        id="happened"
        title="What happened"
        words="In the customer's own words, and whether they had mail about it."
      >
        {facts.length === 0 ? (
          <Nothing>Nothing yet.</Nothing>
        ) : (
          <Timeline facts={facts} now={new Date()} note={({ mail }) => (mail ? `, mail ${mail}` : null)} />
        )}
      </Section>
      <Section id="timeline" title="Events">
        <EventTable events={timeline.events} />
      </Section>
    </>
  );
}

function EndIt({ of: customerId, subscriptionId }: { of: string; subscriptionId: string }) {
  return (
    <details>
      <summary className="cursor-pointer text-bad">End…</summary>
      <div className="mt-2">
        <ActButton
          label="End it now, at Stripe"
          act={endSubscription.bind(null, customerId, subscriptionId)}
        />
      </div>
    </details>
  );
}
