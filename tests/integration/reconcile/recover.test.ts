import { expect, it, vi } from "vitest";
import { recoverEvents } from "@/lib/billing/reconcile/recover";
import { isHandled } from "@/lib/billing/webhook/events";
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
  const listed: number[] = [];
  for (let isFinished = false; !isFinished; pages += 1) {
    // Each run stops behind its first page.
    const run = await recoverEvents({ deadline: Date.now() + 1, onPage: (count) => listed.push(count) });
    missed += run.missed;
    isFinished = run.isFinished;
    if (pages > 200) throw new Error("It never ends.");
  }
  expect(pages).toBeGreaterThan(1);
  expect(missed).toBeGreaterThan(20);
  expect(listed[0]).toBe(100);
  await connected.untilQuiet();
  expect(await wrongRows(connected)).toEqual([]);
  expect(await recoverEvents({ deadline: Date.now() + 60_000 })).toMatchObject({
    missed: 0,
    isFinished: true,
  });
}, 120_000);

const walkOf = async (name: string) => (await db().progress.findUnique({ where: { name } }))?.state;
const setWalk = (name: string, since: number, after: string | null = null) =>
  db().progress.upsert({
    where: { name },
    create: { name, state: { since, newest: null, after } },
    update: { state: { since, newest: null, after } },
  });
const nowS = () => Math.floor(Date.now() / 1000);
const recover = () => recoverEvents({ deadline: Date.now() + 60_000 });

it("the next run looks ten minutes back from the newest event, and three days back for what was never delivered", async () => {
  const { events } = connected.local.account;
  const newest = Math.max(...events.map(({ created }) => created));
  expect(await walkOf("recover all")).toEqual({ since: newest - 600, newest: null, after: null });
  const begun = nowS();
  await setWalk("recover all", begun + 3_600);
  await recover();
  // Nothing was listed: it stays where it was.
  expect(await walkOf("recover all")).toEqual({ since: begun + 3_600, newest: null, after: null });
  const { since } = Object.assign({ since: 0 }, await walkOf("recover undelivered"));
  expect(since - (begun - 3 * 86_400)).toBeGreaterThanOrEqual(0);
  expect(nowS() - 3 * 86_400 - since).toBeGreaterThanOrEqual(0);
});

it("what was never delivered is found however old it is, and of what was nothing is asked for again", async () => {
  const { account } = connected.local;
  const handled = account.events.filter(({ type }) => isHandled(type));
  const isDelivered = ({ id }: { id: string }) => account.outbox.of(id).length === 0;
  const [delivered, lost] = [handled.find(isDelivered), handled.find((event) => !isDelivered(event))];
  const ids = [delivered, lost].map((event) => event?.id ?? "");
  await db().stripeEvent.deleteMany({ where: { id: { in: ids } } });
  await setWalk("recover all", nowS() + 3_600);
  const all = await recover();
  expect(all).toMatchObject({ missed: 1, isFinished: true });
  expect(all.listed).toBe(account.events.filter((event) => !isDelivered(event)).length);
  expect(await db().stripeEvent.findMany({ where: { id: { in: ids } } })).toMatchObject([{ id: lost?.id }]);
  // From nothing: everything that Stripe keeps, which is thirty days.
  await db().progress.deleteMany();
  expect(await recover()).toMatchObject({ missed: 1, listed: all.listed + account.events.length });
});

it("where the event that the way went on from is gone, the walk begins anew", async () => {
  const { id } = await db().stripeEvent.findFirstOrThrow();
  await db().stripeEvent.delete({ where: { id } });
  await setWalk("recover all", nowS() - 3_600, "evt_gone");
  const lines = vi.spyOn(console, "log").mockImplementation(() => {});
  const recovered = await recover();
  expect(recovered).toMatchObject({ missed: 1, isFinished: true });
  const told = lines.mock.calls.map(([line]) => JSON.parse(line));
  expect(told.filter(({ message }) => message === "events recovered")).toMatchObject([
    { level: "info", ...recovered },
  ]);
});

it("types that the endpoint does not subscribe to are no loss", async () => {
  expect(await db().stripeEvent.count({ where: { type: { startsWith: "payment_intent." } } })).toBe(0);
});
