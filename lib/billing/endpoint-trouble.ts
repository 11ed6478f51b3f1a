import { query } from "@/lib/pool";
import { stripe } from "@/lib/stripe";
import { type DeliveryCount, readDeliveryCounts } from "./webhook/deliveries";

/** What may be wrong between Stripe and our endpoint. */
export const ENDPOINT_KINDS = ["silent", "secret", "clock", "flood"] as const;
export type EndpointKind = (typeof ENDPOINT_KINDS)[number];

type Trouble = { kind: EndpointKind; subjectId: "endpoint"; detail: string };

const trouble = (kind: EndpointKind, detail: string): Trouble[] => [{ kind, subjectId: "endpoint", detail }];

const DAY_MS = 86_400_000;

export async function findEndpointTrouble(): Promise<Trouble[]> {
  const counts = await readDeliveryCounts();
  const suspected = suspect(counts);
  return [
    ...(suspected.length > 0 && (await isAnyUndelivered()) ? suspected : []),
    ...findFlood(counts),
    ...(await findSilence()),
  ];
}

/** So many refusals of a kind are no accident. */
const SEVERAL = 3;

/** Counts are written once a minute: an acceptance may have been longer ago than a refusal only by what that blurs. */
const BLUR_MS = 5 * 60_000;

/** Deliveries that are signed, as it seems, and are refused, while none is accepted. */
function suspect(counts: readonly DeliveryCount[]): Trouble[] {
  const of = (kind: string) => counts.find((count) => count.kind === kind);
  const acceptedAt = of("accepted")?.lastAt.getTime() ?? 0;
  const isAlone = (found: DeliveryCount | undefined) =>
    found !== undefined && found.count >= SEVERAL && found.lastAt.getTime() > acceptedAt + BLUR_MS;
  if (isAlone(of("mismatched")))
    return trouble(
      "secret",
      "Deliveries of now carry the signature of another secret, and none is accepted.",
    );
  if (isAlone(of("mistimed")))
    return trouble("clock", "Deliveries are signed with our secret at another time than it is here.");
  return [];
}

/** Signatures that only look like Stripe's are anybody's to make. Whether its own get through, Stripe knows. */
async function isAnyUndelivered(): Promise<boolean> {
  const created = { gte: Math.floor((Date.now() - DAY_MS) / 1000) };
  const api = await stripe();
  const { data } = await api.events.list({ delivery_success: false, created, limit: 1 });
  return data.length > 0;
}

/** Refusals in an hour or two that are somebody's program. They are answered, and cost little; a firewall is cheaper. */
const FLOOD = 1_000;

function findFlood(counts: readonly DeliveryCount[]): Trouble[] {
  const refused = counts.filter(({ kind }) => kind !== "accepted");
  if (refused.reduce((sum, { recent }) => sum + recent, 0) < FLOOD) return [];
  const kinds = refused.flatMap(({ kind, recent }) => (recent > 0 ? `${recent} ${kind}` : []));
  return trouble("flood", `In this hour and the last one: ${kinds.join(", ")}.`);
}

/** Nothing was delivered for a day, to an endpoint that was delivered something on each of the seven before. */
async function findSilence(): Promise<Trouble[]> {
  const [row] = await query<{ lastAt: Date | null; days: number }>(`
    select (select max(last_at) from delivery_counts where kind = 'accepted') as "lastAt",
      (select count(*)::int from generate_series(1, 7) as day where exists (
        select from delivery_counts where kind = 'accepted'
          and hour >= now() - make_interval(days => day + 1) and hour < now() - make_interval(days => day)
      )) as days`);
  if (!row?.lastAt || row.days < 7 || Date.now() - row.lastAt.getTime() < DAY_MS) return [];
  return trouble(
    "silent",
    `No event has come since ${row.lastAt.toISOString()}. Is the endpoint enabled at Stripe?`,
  );
}
