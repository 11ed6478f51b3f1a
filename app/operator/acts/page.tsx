import type { Metadata } from "next";
import { requireOperator } from "@/lib/operator/access";
import { ACTS_PAGE, listActs } from "@/lib/operator/acts";
import { BUTTON } from "../../ui/button";
import { PageLink } from "../../ui/page-link";
import { ActList } from "../act-list";

export const metadata: Metadata = { title: "Record" };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ActsPage({ searchParams }: PageProps) {
  await requireOperator();
  const { before } = await searchParams;
  const acts = await listActs(typeof before === "string" ? before : null);
  const last = acts.length === ACTS_PAGE ? acts.at(-1) : undefined;
  return (
    <>
      <h1 className="mt-4 font-semibold text-3xl">Record</h1>
      <p className="mt-2 mb-6 text-muted">What operators did. Nothing here is ever changed or removed.</p>
      <ActList acts={acts} />
      {last ? (
        <PageLink href={`/operator/acts?before=${last.id}`} className={`${BUTTON.quiet} mt-6 self-start`}>
          Older acts
        </PageLink>
      ) : null}
    </>
  );
}
