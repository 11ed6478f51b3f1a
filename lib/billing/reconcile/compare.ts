import * as z from "zod";
import { db, Prisma } from "@/lib/db";
import { log } from "@/lib/log";
import { isLivemode, stripe } from "@/lib/stripe";
import { nullIfMissing, timesOf, withTurn } from "../fetch";
import { endUnknown, noteUnknown, readUnknown } from "../findings";
import type { Comparison, Mirror } from "../mirror";
import type { Asking } from "../order";
import { syncObject } from "../sync";
import { keyOf, readKnown, type Write, writeRows } from "../table";
import { reasonOf } from "../webhook/failure";
import { KINDS, type Kind } from "./kinds";
import { patiently } from "./patience";
import { forgetProgress, readProgress, saveProgress, updateProgress } from "./progress";

const PAGE = 100;

// A draft that is not here is no loss: no event that is handled tells of one.
const isDraft = (object: object | null) => object !== null && "status" in object && object.status === "draft";

const countsSchema = z.object({
  /** Objects that were held against each other. */
  compared: z.number(),
  /** Of these, rows that were missing or said otherwise. */
  different: z.number(),
  repaired: z.number(),
  /** So young that they could not be judged, or that could not be mended: the next pass looks again. */
  left: z.number(),
  /** Rows of objects that Stripe does not know. */
  unknown: z.number(),
});
export type Counts = z.output<typeof countsSchema>;

const placeSchema = z.object({
  kind: z.number(),
  /** First all that Stripe has; then what is here and was not met there. */
  phase: z.enum(["stripe", "here"]),
  after: z.string(),
  counts: countsSchema,
});
type Place = z.output<typeof placeSchema>;

export type Pass = {
  /** What its place is kept under: another name is another pass. */
  name: string;
  /** Only what was made since then, and subscriptions whose period ended with nothing heard. Null: everything. */
  since: Date | null;
  /** Older invoices are left as they are: there are many, and nothing happens to them any more. */
  invoicesSince: Date;
  /** Finds, and changes nothing. */
  isDry: boolean;
  /** Epoch milliseconds: after it Stripe is not asked but for the first time. */
  deadline: number;
  onPage?: (kind: string, counts: Counts) => void;
  onDifference?: (kind: string, id: string, found: Comparison) => void;
};

/**
 * Holds every row against what Stripe says, and makes it equal by the usual order rules. Keeps its place, so that a pass
 * that is stopped goes on where it was; safe to run at any time, twice at once, and while events come in.
 * @throws Stripe's errors, after some patience; the database's
 */
export async function compareWithStripe(wanted: Pass): Promise<{ counts: Counts; isFinished: boolean }> {
  const pass = { ...wanted, noted: await readUnknown() };
  const kept = await readProgress(pass.name, placeSchema);
  if (!kept) {
    await forgetMet(pass);
    await saveProgress(pass.name, BEGINNING);
  }
  let place = kept ?? BEGINNING;
  for (;;) {
    const kind = KINDS[place.kind];
    if (!kind) {
      await forgetMet(pass);
      await forgetProgress(pass.name);
      log("info", "compared with Stripe", { pass: pass.name, ...place.counts });
      return { counts: place.counts, isFinished: true };
    }
    const step = place.phase === "stripe" ? compareList : compareRest;
    place = await step(pass, kind, place);
    pass.onPage?.(kind.mirror.kind, place.counts);
    const isOurs = await updateProgress(pass.name, place);
    // Another run of this pass has come to its end, and what was met with it.
    if (!isOurs || Date.now() > pass.deadline) return { counts: place.counts, isFinished: false };
  }
}

/** With the rows that Stripe knew nothing of before: most pages have none of them, and nothing to end. */
type Run = Pass & { noted: ReadonlySet<string> };

const NOTHING_YET: Counts = { compared: 0, different: 0, repaired: 0, left: 0, unknown: 0 };
const BEGINNING: Place = { kind: 0, phase: "stripe", after: "", counts: NOTHING_YET };

const forgetMet = ({ name }: Pass) => db().metAtStripe.deleteMany({ where: { pass: name } });

async function compareList(pass: Run, kind: Kind, place: Place): Promise<Place> {
  const api = await stripe();
  const since = kind.mirror.kind === "invoice" ? later(pass.since, pass.invoicesSince) : pass.since;
  const params = {
    limit: PAGE,
    ...(since ? { created: { gte: Math.floor(since.getTime() / 1000) } } : {}),
    ...(place.after ? { starting_after: place.after } : {}),
  };
  const ask = () =>
    withTurn(async () => {
      const begunAt = performance.now();
      const page = await kind.list(api, params);
      return { page, asking: timesOf(page.lastResponse, `a list of ${kind.mirror.table.name}`, begunAt) };
    });
  const answer = await patiently(ask, pass.deadline).catch((error: unknown) => {
    if (place.after) return nullIfMissing(error);
    throw error;
  });
  // The object that the way went on from is gone by now: this kind begins anew.
  if (answer === null) return { ...place, after: "" };
  const { page, asking } = answer;
  const objects = new Map(page.data.map((object) => [object.id, object]));
  const counts = await judge(pass, kind, objects, asking, place.counts);
  if (pass.since === null)
    await db().metAtStripe.createMany({
      data: [...objects.keys()].map((id) => ({ pass: pass.name, id })),
      skipDuplicates: true,
    });
  if (page.has_more) return { ...place, counts, after: page.data.at(-1)?.id ?? "" };
  return { ...place, counts, phase: "here", after: "" };
}

/** Some of the rows that the lists did not tell about. Each is a question of its own. */
async function compareRest(pass: Run, kind: Kind, place: Place): Promise<Place> {
  const rest = await findRest(pass, kind, place.after);
  let { counts } = place;
  for (const id of rest) {
    const { object, ...asking } = await patiently(() => kind.mirror.ask(id), pass.deadline);
    counts = await judge(pass, kind, new Map([[id, object]]), asking, counts);
    if (Date.now() > pass.deadline) return { ...place, counts, after: id };
  }
  const last = rest.at(-1);
  return rest.length === PAGE && last
    ? { ...place, counts, after: last }
    : { kind: place.kind + 1, phase: "stripe", after: "", counts };
}

async function findRest(pass: Pass, { mirror, here }: Kind, after: string): Promise<string[]> {
  if (pass.since !== null && mirror.kind !== "subscription") return [];
  const isMet = Prisma.sql`exists (select from met_at_stripe m where m.pass = ${pass.name} and m.id = t.id)`;
  // An hour is more than Stripe takes from the end of a period to the next one.
  const isOverdue = Prisma.sql`status in ('trialing', 'active', 'past_due', 'unpaid', 'incomplete')
    and current_period_end < now() - interval '1 hour'`;
  const isRecent =
    mirror.kind === "invoice" ? Prisma.sql`and t.created_at >= ${pass.invoicesSince}` : Prisma.empty;
  const rows = await db().$queryRaw<{ id: string }[]>`
    select t.id from ${Prisma.raw(mirror.table.name)} t
    where t.id > ${after} and t.livemode = ${isLivemode()} and ${Prisma.raw(here)} ${isRecent}
      and ${pass.since === null ? Prisma.sql`not ${isMet}` : isOverdue}
    order by t.id limit ${PAGE}`;
  return rows.map(({ id }) => id);
}

/** Compares some objects of a kind with their rows, and writes those that differ in one statement. */
async function judge(
  pass: Run,
  { mirror }: Kind,
  objects: ReadonlyMap<string, object | null>,
  asking: Asking,
  before: Counts,
): Promise<Counts> {
  const counts = { ...before, compared: before.compared + objects.size };
  const { rows } = await readKnown([...objects.keys()].map((id) => ({ table: mirror.table, id })));
  const writes: Write[] = [];
  const verdicts: Record<Comparison["verdict"], string[]> = {
    same: [],
    differs: [],
    unclear: [],
    unknown: [],
  };
  for (const [id, object] of objects) {
    const ref = { table: mirror.table, id };
    if (mirror.kind === "invoice" && isDraft(object) && !rows.has(keyOf(ref))) continue;
    const found = mirror.compare(id, rows.get(keyOf(ref)) ?? null, { object, ...asking });
    verdicts[found.verdict].push(id);
    if (found.verdict !== "same") pass.onDifference?.(mirror.kind, id, found);
    if (found.verdict === "differs") writes.push({ ...ref, row: found.row });
  }
  const { same, differs, unclear, unknown } = verdicts;
  counts.different += differs.length;
  counts.unknown += unknown.length;
  if (pass.isDry) return { ...counts, left: counts.left + unclear.length };
  await noteUnknown(mirror.table.name, unknown);
  await endUnknown([...same, ...differs].filter((id) => pass.noted.has(id)));
  const written = writes.length > 0 ? await writeRows(writes) : new Set<string>();
  // One that somebody else wrote meanwhile is asked about anew.
  const again = [...unclear, ...writes.filter((write) => !written.has(keyOf(write))).map(({ id }) => id)];
  let left = 0;
  for (const id of again) left += (await isSynced(mirror, id)) ? 0 : 1;
  return { ...counts, repaired: counts.repaired + written.size, left: counts.left + left };
}

/** An error of one object is its own: it stays for the next pass. */
async function isSynced(mirror: Mirror, id: string): Promise<boolean> {
  try {
    await syncObject(mirror, id);
    return true;
  } catch (error) {
    log("warn", "not synced", { kind: mirror.kind, id, error: reasonOf(error) });
    return false;
  }
}

const later = (a: Date | null, b: Date) => (a !== null && a > b ? a : b);
