import { expect, it, vi } from "vitest";
import { recoverEvents } from "@/lib/billing/reconcile/recover";
import { db } from "@/lib/db";
import { liveLives, useConnectedStripe, wrongRows } from "../../support/connected";
import { useDatabase } from "../../support/database";

useDatabase();
const connected = useConnectedStripe();

it("a run that ends early goes on where it was, and loses nothing", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  connected.local.weather.become({ lostForGood: 0.3, retryMs: 200 });
  await liveLives(connected, 24);
  await connected.untilQuiet();
  expect((await wrongRows(connected)).length).toBeGreaterThan(5);
  let pages = 0;
  let missed = 0;
  for (let isFinished = false; !isFinished; pages += 1) {
    // Each run stops behind its first page.
    const run = await recoverEvents({ deadline: Date.now() + 1 });
    missed += run.missed;
    isFinished = run.isFinished;
    if (pages > 200) throw new Error("It never ends.");
  }
  expect(pages).toBeGreaterThan(1);
  expect(missed).toBeGreaterThan(20);
  await connected.untilQuiet();
  expect(await wrongRows(connected)).toEqual([]);
  expect(await recoverEvents({ deadline: Date.now() + 60_000 })).toMatchObject({
    missed: 0,
    isFinished: true,
  });
}, 120_000);

it("types that the endpoint does not subscribe to are no loss", async () => {
  expect(await db().stripeEvent.count({ where: { type: { startsWith: "payment_intent." } } })).toBe(0);
});
