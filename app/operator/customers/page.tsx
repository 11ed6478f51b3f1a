import type { Metadata } from "next";
import { openFindings } from "@/lib/billing/findings";
import { requireOperator } from "@/lib/operator/access";
import { listCustomers } from "@/lib/operator/customers";
import { BUTTON } from "../../ui/button";
import { PageLink } from "../../ui/page-link";
import { lookAgain } from "../actions";
import { FIELD, Field } from "../field";
import { LINK, Nothing, Section, Table } from "../section";

export const metadata: Metadata = { title: "Customers" };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const text = (value: unknown) => (typeof value === "string" ? value.replace(/\p{Cc}/gu, "") : "");

export default async function CustomersPage({ searchParams }: PageProps) {
  await requireOperator();
  const query = await searchParams;
  const [term, after] = [text(query.q), text(query.after)];
  const [{ customers, next }, findings] = await Promise.all([
    listCustomers(term, after),
    openFindings(["orphan", "duplicate", "unknown"]),
  ]);
  return (
    <>
      <h1 className="mt-4 font-semibold text-3xl">Customers</h1>
      <form action="/operator/customers" className="mt-6 flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-72">
          <Field label="An id, or how an e-mail address begins" name="q">
            <input id="q" name="q" type="search" defaultValue={term} className={FIELD} />
          </Field>
        </div>
        <button type="submit" className={BUTTON.primary}>
          Search
        </button>
      </form>
      {term === "" && after === "" ? (
        <Section
          id="trouble"
          title="Orphans and duplicates"
          words="Who pays at Stripe and is nobody here, and who pays more than once. Looked for whenever the scheduler comes by."
        >
          {findings.length === 0 ? (
            <Nothing>There are none.</Nothing>
          ) : (
            <Table
              label="Orphans and duplicates"
              rows={findings.map(({ kind, subjectId, detail }) => ({
                key: `${kind} ${subjectId}`,
                cells: {
                  What: <span className="capitalize">{kind}</span>,
                  Who: (
                    <PageLink href={`/operator/customers/${encodeURIComponent(subjectId)}`} className={LINK}>
                      {subjectId}
                    </PageLink>
                  ),
                  Why: <span className="text-muted text-sm">{detail}</span>,
                },
              }))}
            />
          )}
          <form action={lookAgain} className="mt-4">
            <button type="submit" className={BUTTON.quiet}>
              Look again now
            </button>
          </form>
        </Section>
      ) : null}
      <Section id="all" title={term === "" ? "All customers" : "Found"}>
        {customers.length === 0 ? (
          <Nothing>There are none.</Nothing>
        ) : (
          <Table
            label="Customers"
            rows={customers.map(({ id, email, userEmail, deletedAt }) => ({
              key: id,
              cells: {
                Customer: (
                  <>
                    <PageLink href={`/operator/customers/${encodeURIComponent(id)}`} className={LINK}>
                      {id}
                    </PageLink>
                    {deletedAt ? <span className="block text-muted text-sm">Deleted</span> : null}
                  </>
                ),
                "Billing e-mail": email ?? "–",
                User: userEmail ?? <span className="text-muted">Nobody</span>,
              },
            }))}
          />
        )}
        {next ? (
          <PageLink
            href={`/operator/customers?${new URLSearchParams({ q: term, after: next })}`}
            className={`${BUTTON.quiet} mt-6`}
          >
            More
          </PageLink>
        ) : null}
      </Section>
    </>
  );
}
