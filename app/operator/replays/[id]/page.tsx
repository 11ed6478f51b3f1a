import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { readReplay } from "@/lib/billing/webhook/replay";
import { requireOperator } from "@/lib/operator/access";
import { COUNTED } from "@/lib/operator/events";
import { viewReplay } from "@/lib/operator/replay-view";
import { ReplayProgress } from "./replay-progress";

export const metadata: Metadata = { title: "Replay" };

export default async function ReplayPage({ params }: { params: Promise<{ id: string }> }) {
  await requireOperator();
  const state = await readReplay((await params).id);
  if (!state) notFound();
  const { ids, ...filter } = state.filter;
  const words = Object.entries(filter).flatMap(([name, value]) => (value ? `${name} ${value}` : []));
  return (
    <>
      <h1 className="mt-4 font-semibold text-3xl">Replay</h1>
      <p className="wrap-anywhere mt-2 mb-6 text-muted">
        {ids
          ? ids.slice(0, 3).join(", ") + (ids.length > 3 ? ` and ${ids.length - 3} more` : "")
          : words.join(", ") || "Every event"}
      </p>
      <ReplayProgress first={await viewReplay(state)} isMore={state.total > COUNTED} />
    </>
  );
}
