import { forgetSignIns } from "@/lib/account/forget-sign-ins";
import { sendAlert } from "@/lib/alert";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { deliverMail } from "@/lib/mail/deliver";
import { findTrouble, tellNews } from "./findings";
import { recoverEvents } from "./reconcile/recover";
import { compareWhenDue } from "./reconcile/schedule";
import { countRevenueWhenDue } from "./revenue";
import { pruneDeliveryCounts } from "./webhook/deliveries";
import { drainDue } from "./webhook/drain";
import { reasonOf } from "./webhook/failure";
import { prunePayloads } from "./webhook/prune";
import { continueReplay, unfinishedReplays } from "./webhook/replay";

/**
 * All that keeps the rows true without a person, for a scheduler to call: once a day is enough, every few minutes is
 * quicker to notice. A step that fails does not hold up the next one, and all of them go on where they were.
 * @param deadline epoch milliseconds: no step begins new work after it, but for one request or statement that may be under way
 */
export async function keepUp(deadline: number): Promise<Record<string, boolean>> {
  const share = (part: number) => Date.now() + (deadline - Date.now()) * part;
  const steps = {
    drain: () => drainDue(share(0.3)),
    recover: () => recoverEvents({ deadline: share(0.5) }),
    replay: async () => {
      const until = share(0.3);
      for (const id of await unfinishedReplays())
        while (Date.now() < until && (await continueReplay(id))?.status === "running") await drainDue(until);
    },
    apply: () => drainDue(share(0.3)),
    mail: () => deliverMail(share(0.3)),
    compare: () => compareWhenDue(share(0.7)),
    prune: () => prunePayloads({ retentionDays: env().PAYLOAD_RETENTION_DAYS, deadline: share(0.5) }),
    forget: pruneDeliveryCounts,
    signIns: forgetSignIns,
    find: findTrouble,
    tell: () => tellNews(sendAlert),
    count: countRevenueWhenDue,
  };
  const done: Record<string, boolean> = {};
  for (const [name, step] of Object.entries(steps)) done[name] = await succeeds(name, step);
  return done;
}

async function succeeds(name: string, step: () => Promise<unknown>): Promise<boolean> {
  const begun = performance.now();
  try {
    await step();
    log("info", "upkeep", { step: name, ms: Math.round(performance.now() - begun) });
    return true;
  } catch (error) {
    log("error", "upkeep failed", { step: name, error: reasonOf(error) });
    return false;
  }
}
