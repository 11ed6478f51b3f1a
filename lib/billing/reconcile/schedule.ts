import * as z from "zod";
import { compareWithStripe, type Pass } from "./compare";
import { readProgress, saveProgress } from "./progress";

const NAME = "comparison";
const [DAY_MS, WEEK_MS] = [86_400_000, 7 * 86_400_000];

/** A little less than the time between two runs of a daily scheduler, so that none is missed by minutes. */
const SLACK_MS = 2 * 3_600_000;

/** For so long an invoice is looked at again: retries and disputes are over by then. */
export const INVOICES_DAYS = 90;

const schema = z.object({
  dailyAt: z.number(),
  fullAt: z.number(),
  /** Where the pass that is under way began, and from when on it looks. */
  running: z
    .object({ kind: z.enum(["daily", "full"]), since: z.number().nullable(), at: z.number() })
    .nullable(),
});

/** For the scheduler: what is new each day, everything each week. A pass that found no end goes on at the next call. */
export async function compareWhenDue(deadline: number, now = Date.now()): Promise<void> {
  const state = (await readProgress(NAME, schema)) ?? { dailyAt: 0, fullAt: 0, running: null };
  const running = state.running ?? whatIsDue(state, now);
  if (!running) return;
  await saveProgress(NAME, { ...state, running });
  const pass: Pass = {
    name: `compare ${running.kind}`,
    since: running.since === null ? null : new Date(running.since),
    invoicesSince: new Date(running.at - INVOICES_DAYS * DAY_MS),
    isDry: false,
    deadline,
  };
  const { isFinished } = await compareWithStripe(pass);
  if (!isFinished) return;
  await saveProgress(NAME, {
    dailyAt: running.at,
    fullAt: running.kind === "full" ? running.at : state.fullAt,
    running: null,
  });
}

function whatIsDue({ dailyAt, fullAt }: { dailyAt: number; fullAt: number }, now: number) {
  if (now - fullAt > WEEK_MS - SLACK_MS) return { kind: "full" as const, since: null, at: now };
  // A day more than since the last one, for what Stripe's list showed late.
  if (now - dailyAt > DAY_MS - SLACK_MS) return { kind: "daily" as const, since: dailyAt - DAY_MS, at: now };
  return null;
}
