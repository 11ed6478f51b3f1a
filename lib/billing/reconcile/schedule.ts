import * as z from "zod";
import { compareWithStripe } from "./compare";
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
  running: z.object({ kind: z.enum(["daily", "full"]), at: z.number() }).nullable(),
});

/** For the scheduler: what is new each day, everything each week. A pass that found no end goes on at the next call. */
export async function compareWhenDue(deadline: number, now = Date.now()): Promise<void> {
  const state = (await readProgress(NAME, schema)) ?? { dailyAt: 0, fullAt: 0, running: null };
  const running = state.running ?? whatIsDue(state, now);
  if (!running) return;
  await saveProgress(NAME, { ...state, running });
  const { isFinished } = await compareWithStripe({
    name: `compare ${running.kind}`,
    // A day more than since the last one, for what Stripe's list showed late.
    since: running.kind === "full" ? null : new Date(state.dailyAt - DAY_MS),
    invoicesSince: new Date(running.at - INVOICES_DAYS * DAY_MS),
    isDry: false,
    deadline,
  });
  if (!isFinished) return;
  await saveProgress(NAME, {
    dailyAt: running.at,
    fullAt: running.kind === "full" ? running.at : state.fullAt,
    running: null,
  });
}

function whatIsDue({ dailyAt, fullAt }: { dailyAt: number; fullAt: number }, now: number) {
  if (now - fullAt > WEEK_MS - SLACK_MS) return { kind: "full" as const, at: now };
  return now - dailyAt > DAY_MS - SLACK_MS ? { kind: "daily" as const, at: now } : null;
}
