import { parseArgs } from "node:util";
import type { Comparison } from "../lib/billing/mirror";
import { type Counts, compareWithStripe } from "../lib/billing/reconcile/compare";
import { recoverEvents } from "../lib/billing/reconcile/recover";
import { INVOICES_DAYS } from "../lib/billing/reconcile/schedule";
import { drainDue } from "../lib/billing/webhook/drain";
import { db } from "../lib/db";
import { runCommand, showProgress, wholeNumber } from "./command";

const USAGE = `Finds events that never came, holds every row against what Stripe says, and makes it equal. For an account that had customers
before this app, it is the import as well. Stopped, it goes on where it was.

  npm run billing:reconcile -- [options]      also: npm run billing:import

  --dry-run       prints what differs, and changes nothing
  --invoices N    of how many days invoices are looked at; ${INVOICES_DAYS} unless said
  --help

Stripe is asked STRIPE_REQUESTS_PER_SECOND times a second at the most, 25 unless that says otherwise.
A customer is given to a user by linkCustomer alone, or by an operator at /operator/customers.
`;

await runCommand(USAGE, async () => {
  const { values } = parseArgs({
    options: { "dry-run": { type: "boolean" }, invoices: { type: "string" } },
  });
  const isDry = values["dry-run"] === true;
  const days = wholeNumber("--invoices", values.invoices) ?? INVOICES_DAYS;
  const progress = showProgress();
  const deadline = Number.POSITIVE_INFINITY;
  if (!isDry) {
    const { missed } = await recoverEvents({
      deadline,
      onPage: (listed) => progress.update(0, null, `${listed} events listed`),
    });
    await drainDue();
    progress.end();
    console.log(`${missed} events had never come, and are applied.`);
  }
  const total = await rowsHere();
  const { counts } = await compareWithStripe({
    name: isDry ? "compare dry" : "compare by hand",
    since: null,
    invoicesSince: new Date(Date.now() - days * 86_400_000),
    isDry,
    deadline,
    // An import is past what was here from its first page on: no share of the whole is known then.
    onPage: (kind, so) =>
      progress.update(so.compared, so.compared < total ? total : null, `${kind}: ${wordsOf(so, isDry)}`),
    ...(isDry ? { onDifference: printDifference } : {}),
  });
  progress.end();
  console.log(`${wordsOf(counts, isDry)}.`);
});

/** What a pass has ahead of it, as far as that can be told from here: an import finds more. */
async function rowsHere(): Promise<number> {
  const [row] = await db().$queryRaw<{ count: number }[]>`
    select ((select count(*) from products) + (select count(*) from prices) + (select count(*) from customers)
      + (select count(*) from subscriptions) + (select count(*) from invoices))::int as count`;
  return row?.count ?? 0;
}

function wordsOf({ compared, different, repaired, left, unknown }: Counts, isDry: boolean): string {
  const words = [`${compared} compared`, `${different} different`];
  if (!isDry) words.push(`${repaired} repaired`);
  return [...words, `${left} left for later`, `${unknown} unknown to Stripe`].join(", ");
}

/** Names and values that may be about a person stay out of a terminal that somebody may record. */
const PERSONAL = new Set(["email", "metadata", "hostedInvoiceUrl", "invoicePdf"]);

function printDifference(kind: string, id: string, found: Comparison): void {
  for (const words of wordsOfDifference(found)) console.log(`${kind} ${id}: ${words}`);
}

function wordsOfDifference({ verdict, differences }: Comparison): string[] {
  if (verdict === "unknown") return ["Stripe knows nothing of it"];
  if (verdict === "unclear") return ["too young to judge"];
  if (differences.length === 0) return ["is not here, or its stamp is damaged"];
  return differences.map(({ field, here, stripe }) =>
    PERSONAL.has(field) ? `${field} differs` : `${field} is ${shown(here)} here, ${shown(stripe)} at Stripe`,
  );
}

const shown = (value: unknown) =>
  JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? Number(inner) : inner)) ?? "nothing";
