import { beforeEach, expect, it, vi } from "vitest";
import { compareWhenDue } from "@/lib/billing/reconcile/schedule";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { useStripe } from "../../support/stripe";

useDatabase();
const stripe = useStripe();
beforeEach(() => db().progress.deleteMany());

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const start = Date.now();
const run = (at: number, deadline = Date.now() + 30_000) => compareWhenDue(deadline, at);
const state = async () => (await db().progress.findUnique({ where: { name: "comparison" } }))?.state;
const lists = () =>
  stripe.api.requests.splice(0).filter((request) => request === "GET /v1/subscriptions").length;

it("everything is compared at first and each week, what is new each day, and nothing in between", async () => {
  const other = { name: "of another work", state: {} };
  await db().progress.create({ data: other });
  await run(start);
  expect(await db().progress.findUnique({ where: { name: other.name } })).toMatchObject(other);
  expect(lists()).toBe(1);
  await run(start + HOUR_MS);
  expect(lists()).toBe(0);
  for (let day = 1; day <= 6; day += 1) {
    await run(start + day * DAY_MS);
    expect(lists(), `day ${day}`).toBe(1);
    expect(await db().progress.findUnique({ where: { name: "comparison" } })).toMatchObject({
      state: { fullAt: start, dailyAt: start + day * DAY_MS, running: null },
    });
  }
  // A scheduler that comes a little early each time is on time.
  await run(start + 7 * DAY_MS - HOUR_MS);
  expect(await state()).toMatchObject({ fullAt: start + 7 * DAY_MS - HOUR_MS });
});

it("a pass that found no end goes on with the next run, and one that failed begins where it was", async () => {
  await run(start, 0);
  expect(await db().progress.findUnique({ where: { name: "comparison" } })).toMatchObject({
    state: { running: { kind: "full", at: start } },
  });
  vi.spyOn(console, "warn").mockImplementation(() => {});
  stripe.api.failWith(403);
  await expect(run(start + HOUR_MS)).rejects.toThrow();
  stripe.api.failWith(null);
  await run(start + 2 * HOUR_MS);
  expect(await db().progress.findUnique({ where: { name: "comparison" } })).toMatchObject({
    state: { fullAt: start, running: null },
  });
});

it("a pass over what is new is as old as its beginning, also when it ends with a later run", async () => {
  await run(start);
  await run(start + 23 * HOUR_MS, 0);
  const running = { kind: "daily", at: start + 23 * HOUR_MS };
  expect(await state()).toEqual({ dailyAt: start, fullAt: start, running });
  await run(start + 24 * HOUR_MS);
  expect(await state()).toEqual({ dailyAt: start + 23 * HOUR_MS, fullAt: start, running: null });
});

it("what another version kept is no place to go on from: all begins anew", async () => {
  await db().progress.create({ data: { name: "comparison", state: { at: "another time" } } });
  await run(start);
  expect(await state()).toMatchObject({ fullAt: start });
});
