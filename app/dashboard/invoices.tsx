import type { InvoiceView } from "@/lib/billing/queries";
import { formatDate, formatMoney } from "@/lib/format";
import { httpsUrl } from "@/lib/https-url";
import { Pill } from "./pill";
import type { Tone } from "./status";

/**
 * The invoices, newest first. On a phone the date stands under the number and the status under the amount, so that the
 * table fits and stays a table to those who listen to it.
 * @param asked the ids of those that the customer's bank wants confirmed
 */
export function Invoices({
  invoices,
  asked,
}: {
  invoices: readonly InvoiceView[];
  asked: ReadonlySet<string>;
}) {
  return (
    <section aria-labelledby="invoices" className="mt-14">
      <h2 id="invoices" className="font-semibold text-xl">
        Invoices
      </h2>
      {invoices.length === 0 ? (
        <p className="mt-3 text-muted">There are none yet.</p>
      ) : (
        <div className="card mt-5 overflow-hidden">
          <table className="w-full text-left tabular-nums">
            <thead className="border-line border-b text-muted text-sm">
              <tr>
                <th scope="col" className="py-3 pl-6 font-normal sm:pl-8">
                  Number
                </th>
                <th scope="col" className="py-3 pl-4 font-normal max-sm:hidden">
                  Date
                </th>
                <th scope="col" className="py-3 pl-4 text-right font-normal">
                  Amount
                </th>
                <th scope="col" className="py-3 pl-10 font-normal max-sm:hidden">
                  Status
                </th>
                <th scope="col" className="py-3 pr-6 pl-4 sm:pr-8">
                  <span className="sr-only">Documents</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {invoices.map((invoice) => (
                <InvoiceRow key={invoice.id} invoice={invoice} isAsked={asked.has(invoice.id)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function InvoiceRow({ invoice, isAsked }: { invoice: InvoiceView; isAsked: boolean }) {
  const { number, createdAt, amountDue } = invoice;
  const { label, tone } = describeInvoice(invoice, isAsked);
  const date = createdAt ? (
    <time dateTime={createdAt.toISOString()}>{formatDate(createdAt)}</time>
  ) : (
    "No date"
  );
  return (
    <tr className="border-line border-b align-baseline last:border-b-0">
      <th scope="row" className="break-all py-4 pl-6 sm:pl-8 text-left font-medium sm:break-normal">
        {number ?? "No number yet"}
        <span className="block whitespace-nowrap font-normal text-muted text-sm sm:hidden">{date}</span>
      </th>
      <td className="whitespace-nowrap py-4 pl-4 text-muted max-sm:hidden">{date}</td>
      <td className="whitespace-nowrap py-4 pl-4 text-right">
        {formatMoney(amountDue)}
        <span className="mt-1 block sm:hidden">
          <Pill tone={tone}>{label}</Pill>
        </span>
      </td>
      <td className="py-4 pl-10 max-sm:hidden">
        <Pill tone={tone}>{label}</Pill>
      </td>
      <td className="py-4 pr-6 pl-4 sm:pr-8">
        <div className="flex justify-end gap-x-4 max-sm:flex-col max-sm:items-end">
          <Document
            url={invoice.hostedInvoiceUrl}
            label={invoice.status !== "open" ? "View" : isAsked ? "Confirm" : "Pay"}
            of={number}
          />
          <Document url={invoice.invoicePdf} label="PDF" of={number} />
        </div>
      </td>
    </tr>
  );
}

function Document({ url, label, of }: { url: string | null; label: string; of: string | null }) {
  const href = httpsUrl(url);
  if (!href) return null;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener"
      className="inline-flex min-h-6 items-center text-accent underline-offset-4 hover:underline"
    >
      {label}
      <span className="sr-only"> of invoice {of ?? "without a number"} (opens a new tab)</span>
    </a>
  );
}

function describeInvoice(
  { status, attemptCount, amountDue, amountPaid }: InvoiceView,
  isAsked: boolean,
): { label: string; tone: Tone } {
  switch (status) {
    case "paid":
      return { label: "Paid", tone: "good" };
    case "open":
      if (isAsked) return { label: "To confirm", tone: "warn" };
      return attemptCount > 0 && amountPaid.amount < amountDue.amount
        ? { label: "Payment failed", tone: "bad" }
        : { label: "Due", tone: "warn" };
    case "uncollectible":
      return { label: "Not collected", tone: "bad" };
    case "void":
      return { label: "Void", tone: "quiet" };
    default:
      return { label: status ?? "Unknown", tone: "quiet" };
  }
}
