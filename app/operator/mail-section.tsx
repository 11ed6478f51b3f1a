import { readMail } from "@/lib/operator/mail";
import { PageLink } from "../ui/page-link";
import { ActButton } from "./act-button";
import { sendAgain } from "./actions";
import { ago, Moment } from "./moment";
import { Figures, LINK, Section, Table } from "./section";

/** The mail that waits, and the mail that nobody took. */
export async function MailSection({ now }: { now: Date }) {
  const { isSet, pending, oldestPendingAt, parkedInAll, parked } = await readMail();
  return (
    <Section
      id="mail"
      title="Mail to customers"
      {...(isSet
        ? {}
        : {
            words: "None is sent: SMTP_URL is not set. What happened shows on the dashboards all the same.",
          })}
    >
      <div className="card px-6 py-6">
        <Figures
          figures={[
            { label: "Waiting", value: upTo(pending) },
            { label: "Oldest waiting", value: oldestPendingAt ? `${ago(oldestPendingAt, now)} old` : "None" },
            { label: "Parked", value: upTo(parkedInAll) },
          ]}
        />
      </div>
      {parked.length > 0 ? (
        <div className="mt-4">
          <Table
            label="Parked mail"
            rows={parked.map(({ key, customerId, at, lastError }) => ({
              key,
              cells: {
                About: (
                  <>
                    {key}
                    <span className="block text-muted text-sm">{lastError}</span>
                  </>
                ),
                Customer: (
                  <PageLink href={`/operator/customers/${customerId}`} className={LINK}>
                    {customerId}
                  </PageLink>
                ),
                When: <Moment at={at} />,
                "Send it": <ActButton label="Send again" act={sendAgain.bind(null, key)} />,
              },
            }))}
          />
        </div>
      ) : null}
    </Section>
  );
}

const upTo = (count: number) => (count > 10_000 ? "more than 10,000" : count.toLocaleString("en"));
