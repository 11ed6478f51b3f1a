import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { GET as callScheduler } from "@/app/api/cron/drain/route";
import { isHandled } from "@/lib/billing/webhook/events";
import { db } from "@/lib/db";
import { liveLives, useConnectedStripe, wrongRows } from "../../support/connected";
import { useDatabase } from "../../support/database";
import { TEST_ENV } from "../../support/env";

/** So long an hour lasts here, and as much quicker Stripe tries again. The nightly's lasts ten minutes. */
const HOUR_SECONDS = Number(process.env.HOUR_SECONDS ?? 5);

useDatabase();
const connected = useConnectedStripe({ timeScale: 3600 / HOUR_SECONDS });

async function theSchedulerCalls(): Promise<void> {
  const headers = { authorization: `Bearer ${TEST_ENV.CRON_SECRET}` };
  const answer = await callScheduler(new Request("http://localhost/api/cron/drain", { headers }));
  expect(Object.values(await answer.json())).not.toContain(false);
}

/** What Stripe told of and is not in the inbox. */
async function missing(): Promise<string[]> {
  const here = new Set((await db().stripeEvent.findMany({ select: { id: true } })).map(({ id }) => id));
  const sent = connected.local.account.events.filter(({ type }) => isHandled(type));
  return sent.map(({ id }) => id).filter((id) => !here.has(id));
}

it(
  "an hour in which three of ten deliveries are lost is made good by the scheduler alone, with nobody acting",
  async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    // Three of ten attempts do not arrive, and of three of ten events none ever does.
    connected.local.weather.become({ lost: 0.3, lostForGood: 0.3 });
    const until = Date.now() + HOUR_SECONDS * 1000;
    let isOver = false;
    const live = async () => {
      for (let batch = 0; batch < 4 || Date.now() < until; batch += 1) {
        await liveLives(connected, 6);
        await sleep(HOUR_SECONDS * 50);
      }
      isOver = true;
    };
    const schedule = async () => {
      for (; !isOver; await sleep(HOUR_SECONDS * 250)) await theSchedulerCalls();
    };
    await Promise.all([live(), schedule()]);
    connected.local.weather.become("calm");
    const lostForGood = [...connected.local.account.outbox.all()].filter(({ nextAt }) => nextAt === null);
    expect(lostForGood.length).toBeGreaterThan(20);
    const left = (await missing()).length;

    await vi.waitUntil(
      async () => {
        await theSchedulerCalls();
        const waiting = await db().stripeEvent.count({ where: { status: "pending" } });
        return waiting + (await missing()).length === 0;
      },
      { timeout: 120_000, interval: 500 },
    );
    expect(await wrongRows(connected)).toEqual([]);
    const sent = connected.local.account.events.filter(({ type }) => isHandled(type)).length;
    process.stdout.write(
      `${sent} events, ${lostForGood.length} of which were never delivered; ${left} were missing when the hour was over. ` +
        "All of them are here, and every row is as Stripe has it.\n",
    );
  },
  (HOUR_SECONDS + 300) * 1000,
);
