import { describe, expect, it } from "vitest";
import { mirror } from "@/lib/billing/mirror";
import { objectOr, storedText } from "@/lib/billing/read";
import type { Row } from "@/lib/billing/table";
import { decideAll, type Settlement, type Wish } from "@/lib/billing/webhook/decide";
import { parseEvent } from "@/lib/billing/webhook/event";
import { anEvent, T0 } from "../../support/events";

type Thing = { id: string; status: string };

const things = mirror<Thing>({
  kind: "thing",
  table: { name: "things" },
  columns: { id: storedText, status: storedText },
  fromStripe: (object) => ({
    id: storedText(objectOr(object).id),
    status: storedText(objectOr(object).status),
  }),
  retrieve: () => Promise.reject(new Error("Nobody is asked.")),
  stage: () => [],
  isFinal: () => false,
});

const at = (seconds: number) => new Date((T0 + seconds) * 1000);

function wish(status: string, seconds: number, id = "th_1"): Wish {
  const raw = anEvent("thing.updated", { id, status }, { id: `evt_${status}`, created: T0 + seconds });
  const event = parseEvent(JSON.stringify(raw));
  if (typeof event === "string") throw new Error(event);
  return { event, change: things.snapshot(event) };
}

const row = (fields: object = {}): Row => ({
  id: "th_1",
  status: "open",
  version: 4,
  stripe_state_at: at(0).toISOString(),
  synced_at: null,
  ...fields,
});
const rows = new Map([["things th_1", row()]]);

const decide = (wishes: readonly Wish[], known: ReadonlyMap<string, Row> = rows, settlement?: Settlement) => {
  const { judged, writes } = decideAll(wishes, known, settlement);
  return {
    verdicts: Object.fromEntries(
      judged.map(({ event, verdict, needs }) => [event.id, [verdict.outcome, needs]]),
    ),
    writes: writes.map(({ table, id, row: { status, version } }) => [table.name, id, status, version]),
  };
};

describe("a batch is decided in memory", () => {
  it("and of the events of one object the newest stands for the others, whatever their order", () => {
    const [a, b, c] = [wish("a", 1), wish("b", 2), wish("c", 3)];
    for (const order of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
    ])
      expect(decide(order)).toEqual({
        verdicts: {
          evt_a: ["superseded", "things th_1"],
          evt_b: ["superseded", "things th_1"],
          evt_c: ["applied", "things th_1"],
        },
        writes: [["things", "th_1", "c", 5]],
      });
  });

  it("and each object is written once, by one version more than it had", () => {
    const asked: Wish = { ...wish("x", 0), change: things.expect("th_1", () => null) };
    expect(decide([wish("a", 1), asked, wish("b", 2, "th_2")]).writes).toEqual([
      ["things", "th_1", "a", 5],
      ["things", "th_2", "b", 1],
    ]);
  });

  it("and what changes nothing needs no row to be written", () => {
    expect(decide([wish("old", -1)])).toEqual({ verdicts: { evt_old: ["superseded", null] }, writes: [] });
    const nothing: Wish = {
      event: wish("n", 0).event,
      change: { outcome: "ignored", reason: "Nobody asked." },
    };
    expect(decideAll([nothing], rows).judged).toEqual([
      { event: nothing.event, verdict: nothing.change, needs: null },
    ]);
  });

  it("and what has no moment of its own is looked at after all that has one", () => {
    const isNew: Wish = {
      event: wish("late", 0).event,
      change: things.expect("th_1", (state) => (state?.status === "new" ? null : "It is not new.")),
    };
    expect(decide([isNew, wish("new", 1)]).verdicts).toMatchObject({ evt_late: ["applied", "things th_1"] });
  });

  it("and one that our code trips over fails alone", () => {
    const { event, change } = wish("odd", 1);
    const trip = () => {
      throw new Error("tripped");
    };
    const broken: Wish =
      "decide" in change ? { event, change: { ...change, decide: trip } } : { event, change };
    const { judged, writes } = decideAll([broken, wish("well", 2)], rows);
    expect(judged.map(({ verdict }) => verdict)).toEqual([
      expect.objectContaining({ outcome: "applied" }),
      { outcome: "failed", error: new Error("tripped") },
    ]);
    expect(writes).toHaveLength(1);
  });
});

describe("with Stripe's answer", () => {
  const settlement = (object: object | null, versionBefore = 4): Settlement => ({
    answer: { object, askedAt: at(60), answeredAt: at(60), versionBefore },
    since: at(1),
  });
  const tie = wish("tie", 0);

  it("all who waited for it are applied by it", () => {
    const said = settlement({ id: "th_1", status: "said" });
    expect(decide([tie, wish("older", -5)], rows, said)).toEqual({
      verdicts: { evt_tie: ["applied", "things th_1"], evt_older: ["applied", "things th_1"] },
      writes: [["things", "th_1", "said", 5]],
    });
  });

  it("that came to a changed row the row decides, and what still cannot be told waits on", () => {
    const said = settlement({ id: "th_1", status: "said" }, 3);
    expect(decide([tie, wish("older", -5)], rows, said)).toEqual({
      verdicts: { evt_tie: ["deferred", null], evt_older: ["superseded", null] },
      writes: [],
    });
  });

  it("that there is no such object what cannot be told is over, and nothing else", () => {
    expect(decide([tie, wish("older", -5), wish("newer", 9)], rows, settlement(null)).verdicts).toMatchObject(
      {
        evt_newer: ["applied", "things th_1"],
        evt_tie: ["superseded", "things th_1"],
      },
    );
    expect(decide([tie, wish("older", -5)], rows, settlement(null)).verdicts).toEqual({
      evt_tie: ["ignored", null],
      evt_older: ["superseded", null],
    });
  });

  it("that cannot be used nothing is decided", () => {
    const other = settlement({ id: "th_2", status: "said" });
    expect(() => decide([tie], rows, other)).toThrow("is not the thing th_1");
  });
});
