import { describe, expect, it } from "vitest";
import { UnreadableObject } from "@/lib/billing/errors";
import { type Answer, type MirrorSpec, mirror } from "@/lib/billing/mirror";
import { CLOCK_SKEW_MS } from "@/lib/billing/order";
import { type JsonObject, must, objectOr, storedText, text } from "@/lib/billing/read";
import { schedules } from "@/lib/billing/schedules";
import type { Row } from "@/lib/billing/table";
import { parseEvent, type StripeEvent } from "@/lib/billing/webhook/event";
import { anEvent, T0 } from "../../support/events";

type Thing = { id: string; status: string; parts: string };

/** A kind of object with all that a kind can have: stages, an end, parts of its own, and lists that are cut. */
const THING: MirrorSpec<Thing> = {
  kind: "thing",
  table: { name: "things", parts: { field: "parts", name: "parts", owner: "thing_id", columns: ["id"] } },
  columns: { id: storedText, status: storedText, parts: storedText },
  fromStripe: (object) => {
    const { id, status, parts } = objectOr(object);
    return {
      id: storedText(id),
      status: must(text(status), "status", "text", status),
      parts: storedText(parts),
    };
  },
  retrieve: () => Promise.reject(new Error("Nobody is asked.")),
  stage: ({ status }) => [status === "paid" ? 1 : 0],
  isFinal: ({ status }) => status === "ended",
  isGone: ({ status }) => status === "gone",
  markGone: (state) => ({ ...state, status: "gone" }),
  isPartial: (object) => objectOr(object).has_more === true,
};
const things = mirror(THING);

/** A kind of which nothing of the kind is known. */
const plain = mirror<{ id: string }>({
  kind: "plain",
  table: { name: "plains" },
  columns: { id: storedText },
  fromStripe: (object) => ({ id: storedText(objectOr(object).id) }),
  retrieve: () => Promise.reject(new Error("Nobody is asked.")),
  stage: () => [],
  isFinal: () => false,
});

const at = (seconds: number) => new Date((T0 + seconds) * 1000);

function event(object: JsonObject, seconds = 0): StripeEvent {
  const fields = { created: T0 + seconds };
  const parsed = parseEvent(JSON.stringify(anEvent("thing.updated", { id: "th_1", ...object }, fields)));
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
}

const row = (fields: object = {}): Row => ({
  id: "th_1",
  status: "open",
  parts: "",
  version: 4,
  stripe_state_at: at(0).toISOString(),
  synced_at: null,
  ...fields,
});

const snapshot = (object: JsonObject, seconds = 0) => things.snapshot(event(object, seconds));

describe("a mirror", () => {
  it("writes every column but the id, and the parts in a table of their own", () => {
    expect(things.table.columns).toEqual(["status"]);
    expect(plain.table.columns).toEqual([]);
    expect(things.kind).toBe("thing");
  });
});

describe("the snapshot of an event", () => {
  it("is the first row of an object, as old as the event", () => {
    const change = snapshot({ status: "open" });
    expect(change).toMatchObject({ id: "th_1", at: at(0), mirror: things, table: things.table });
    expect(change.decide(null)).toEqual({
      outcome: "applied",
      row: {
        id: "th_1",
        status: "open",
        parts: "",
        stripe_state_at: at(0).toISOString(),
        synced_at: null,
        version: 1,
      },
    });
  });

  it("replaces an older row, by one version more, and keeps when Stripe was asked last", () => {
    const asked = at(-60).toISOString();
    expect(snapshot({ status: "held" }, 9).decide(row({ synced_at: asked }))).toEqual({
      outcome: "applied",
      row: row({ status: "held", version: 5, stripe_state_at: at(9).toISOString(), synced_at: asked }),
    });
  });

  it("is superseded by a younger row", () => {
    expect(snapshot({ status: "held" }, -1).decide(row())).toEqual({ outcome: "superseded" });
  });

  it("that says the same in the same second confirms the row, and writes nothing", () => {
    expect(snapshot({ status: "open" }).decide(row())).toEqual({ outcome: "applied" });
  });

  it("that says the same around an answer of Stripe's, but is younger than the row, makes it younger", () => {
    const answered = row({ synced_at: at(2).toISOString() });
    expect(snapshot({ status: "open" }, 1).decide(answered)).toMatchObject({
      outcome: "applied",
      row: { version: 5, stripe_state_at: at(1).toISOString(), synced_at: at(2).toISOString() },
    });
  });

  it("that is final but late is written, and does not make the row older", () => {
    expect(snapshot({ status: "ended" }, -60).decide(row())).toMatchObject({
      outcome: "applied",
      row: { status: "ended", stripe_state_at: at(0).toISOString() },
    });
  });

  it("that says otherwise in the same second asks Stripe", () => {
    expect(snapshot({ status: "held" }).decide(row())).toEqual({
      outcome: "deferred",
      reason: "Another event of the same second says otherwise about th_1: asking Stripe.",
      ask: { mirror: things, id: "th_1" },
    });
  });

  it("that shows only a part asks Stripe where it would be written, and only there", () => {
    const part = { status: "held", has_more: true };
    expect(snapshot(part, 1).decide(row())).toEqual({
      outcome: "deferred",
      reason: "The event shows only a part of th_1: asking Stripe.",
      ask: { mirror: things, id: "th_1" },
    });
    expect(snapshot(part, -1).decide(row())).toEqual({ outcome: "superseded" });
  });

  it("of a row that the server wrote before Stripe said a word is newer", () => {
    const own = row({ stripe_state_at: null, version: undefined });
    expect(snapshot({ status: "held" }).decide(own)).toMatchObject({
      outcome: "applied",
      row: { version: 1 },
    });
  });

  it("can be made to say what the event's type tells", () => {
    const change = things.snapshot(event({ status: "open" }), (state, created) => ({
      ...state,
      status: `ended ${created.getTime()}`,
    }));
    expect(change.decide(null)).toMatchObject({ row: { status: `ended ${at(0).getTime()}` } });
  });

  it("without a time or in another shape cannot be read", () => {
    expect(() => things.snapshot({ ...event({ status: "open" }), created: null })).toThrow(
      new UnreadableObject("created should be a time, but it is null."),
    );
    expect(() => snapshot({ status: null })).toThrow("status should be text, but it is null.");
  });

  it("of an object that Stripe does not know ends as ignored, but where it told the end: that stands", () => {
    expect(snapshot({ status: "open" }).ifMissing(row())).toEqual({
      outcome: "ignored",
      reason: "Stripe knows no thing th_1: deleted, or a sample.",
    });
    expect(snapshot({ status: "gone" }).ifMissing(row())).toMatchObject({
      outcome: "applied",
      row: { status: "gone", version: 5 },
    });
    expect(plain.snapshot(event({})).ifMissing(null)).toMatchObject({ outcome: "ignored" });
  });
});

describe("what only has to be here", () => {
  const expected = things.expect("th_1", (state) => (state?.status === "open" ? null : "It is not open."));

  it("is content with a row that has it", () => {
    expect(expected).toMatchObject({ id: "th_1", at: null, mirror: things, table: things.table });
    expect(expected.decide(row())).toEqual({ outcome: "applied" });
  });

  it("asks Stripe where the row is not enough, or is missing", () => {
    const ask = { outcome: "deferred", reason: "It is not open.", ask: { mirror: things, id: "th_1" } };
    expect(expected.decide(row({ status: "held" }))).toEqual(ask);
    expect(expected.decide(null)).toEqual(ask);
  });

  it("is ignored where Stripe knows no such object", () => {
    expect(expected.ifMissing(null)).toEqual({
      outcome: "ignored",
      reason: "Stripe knows no thing th_1: deleted, or a sample.",
    });
  });
});

describe("an answer of Stripe", () => {
  const answer = (object: object | null, fields: Partial<Answer> = {}): Answer => ({
    object,
    askedAt: at(60),
    answeredAt: at(60),
    versionBefore: 4,
    ...fields,
  });
  const says = (status: unknown, id = "th_1") => answer({ id, status });

  it("becomes the row, stamped by Stripe's clock less a margin", () => {
    expect(things.rowOfAnswer("th_1", row(), says("held"), null)).toEqual(
      row({
        status: "held",
        version: 5,
        stripe_state_at: new Date(at(60).getTime() - CLOCK_SKEW_MS).toISOString(),
        synced_at: at(60).toISOString(),
      }),
    );
  });

  it("holds at least up to the newest event that was heard before it", () => {
    expect(things.rowOfAnswer("th_1", row(), says("held"), at(59))).toMatchObject({
      stripe_state_at: at(59).toISOString(),
    });
  });

  it("is no answer any more once somebody wrote the row", () => {
    expect(things.rowOfAnswer("th_1", row({ version: 5 }), says("held"), null)).toBe("changed");
    expect(things.rowOfAnswer("th_1", null, says("held"), null)).toBe("changed");
  });

  it("makes the first row where there was none", () => {
    const first = answer({ id: "th_1", status: "held" }, { versionBefore: 0 });
    expect(things.rowOfAnswer("th_1", null, first, null)).toMatchObject({ status: "held", version: 1 });
  });

  it("that there is no such object writes nothing", () => {
    expect(things.rowOfAnswer("th_1", row(), answer(null), null)).toBeNull();
  });

  it.each([
    ["is less far along", "paid", "open"],
    ["would revive what has ended", "ended", "open"],
    ["would revive what has ended, however far it says it is", "ended", "paid"],
  ])("that %s is of a lagging copy, and is not written", (_, here, said) => {
    expect(() => things.rowOfAnswer("th_1", row({ status: here }), says(said), null)).toThrow(
      "Stripe's answer for thing th_1 is older than the row. It is asked again later.",
    );
  });

  it.each([
    ["further along", "open", "paid"],
    ["as far", "open", "held"],
    ["the end", "paid", "ended"],
    ["the end again", "ended", "ended"],
  ])("that is %s is written", (_, here, said) => {
    expect(things.rowOfAnswer("th_1", row({ status: here }), says(said), null)).toMatchObject({
      status: said,
    });
  });

  it("about another object, or one that cannot be read, is not written", () => {
    expect(() => things.rowOfAnswer("th_1", row(), says("open", "th_2"), null)).toThrow(
      "Stripe's answer is not the thing th_1.",
    );
    expect(() => things.rowOfAnswer("th_1", row(), says(null), null)).toThrow(
      expect.objectContaining({
        message: "Stripe's answer is not the thing th_1. It is asked again later.",
        cause: expect.any(UnreadableObject),
      }),
    );
  });

  describe("that was asked for to compare", () => {
    const compare = (here: Row | null, object: object | null, mirrored = things) =>
      mirrored.compare("th_1", here, { object, askedAt: at(600), answeredAt: at(600) });
    const stripe = (status: string, more: object = {}) => ({ id: "th_1", status, ...more });

    it("says the same as the row", () => {
      expect(compare(row(), stripe("open"))).toEqual({ verdict: "same", differences: [] });
    });

    it("says otherwise than the row, which becomes what it says", () => {
      expect(compare(row(), stripe("held"))).toEqual({
        verdict: "differs",
        differences: [{ field: "status", here: "open", stripe: "held" }],
        row: row({
          status: "held",
          version: 5,
          stripe_state_at: new Date(at(600).getTime() - CLOCK_SKEW_MS).toISOString(),
          synced_at: at(600).toISOString(),
        }),
      });
    });

    it("is unclear about a row that was heard of only now", () => {
      const young = row({ stripe_state_at: at(598).toISOString() });
      expect(compare(young, stripe("held"))).toMatchObject({ verdict: "unclear" });
    });

    it("may lag behind a row for a minute, and is damage after that", () => {
      const paid = (seconds: number) => row({ status: "paid", stripe_state_at: at(seconds).toISOString() });
      expect(compare(paid(590), stripe("open"))).toMatchObject({ verdict: "unclear" });
      expect(compare(paid(530), stripe("open"))).toMatchObject({
        verdict: "differs",
        row: { status: "open" },
      });
    });

    it("finds a row missing", () => {
      expect(compare(null, stripe("open"))).toMatchObject({
        verdict: "differs",
        differences: [],
        row: { status: "open", version: 1 },
      });
    });

    it("that is cut cannot be compared", () => {
      expect(compare(row(), stripe("held", { has_more: true }))).toEqual({
        verdict: "unclear",
        differences: [],
      });
    });

    it("that there is no such object agrees with a row that is gone, or with none", () => {
      expect(compare(row({ status: "gone" }), null)).toEqual({ verdict: "same", differences: [] });
      expect(compare(null, null)).toEqual({ verdict: "same", differences: [] });
    });

    it("that there is no such object makes a row gone where that may be concluded, a minute later", () => {
      expect(compare(row(), null)).toMatchObject({ verdict: "differs", row: { status: "gone" } });
      const young = row({ stripe_state_at: at(590).toISOString() });
      expect(compare(young, null)).toMatchObject({ verdict: "unclear" });
      expect(plain.compare("th_1", row(), { object: null, askedAt: at(600), answeredAt: at(600) })).toEqual({
        verdict: "unknown",
        differences: [],
      });
    });

    it("that there is no such object makes no row gone of a kind that Stripe remembers, but that it was deleted does", () => {
      const remembered = mirror({ ...THING, isRemembered: true });
      expect(compare(row(), null, remembered)).toEqual({ verdict: "unknown", differences: [] });
      const deleted = { object: null, isDeleted: true, askedAt: at(600), answeredAt: at(600) };
      expect(remembered.compare("th_1", row(), deleted)).toMatchObject({ row: { status: "gone" } });
    });

    it("about another object, or that cannot be read, cannot be compared", () => {
      const unclear = { verdict: "unclear", differences: [] };
      expect(compare(row(), { id: "th_2", status: "open" })).toEqual(unclear);
      expect(compare(row(), { id: "th_1" })).toEqual(unclear);
    });
  });
});

describe("a schedule", () => {
  const schedule = (status: string, seconds = 0, more: object = {}) =>
    schedules.snapshot(
      event({ id: "sub_sched_1", status, phases: [], current_phase: null, ...more }, seconds),
    );
  const rowOf = (status: string) => {
    const step = schedule(status).decide(null);
    if (step.outcome !== "applied" || !step.row) throw new Error("The first snapshot makes a row.");
    return step.row;
  };

  it("that has begun is further along than one that has not, within one second", () => {
    expect(schedule("active").decide(rowOf("not_started"))).toMatchObject({ outcome: "applied" });
    expect(schedule("not_started").decide(rowOf("active"))).toEqual({ outcome: "superseded" });
    expect(schedule("active", 0, { customer: "cus_2" }).decide(rowOf("active"))).toMatchObject({
      outcome: "deferred",
    });
  });

  it.each(["released", "canceled", "completed"])("that is %s stays so", (status) => {
    expect(schedule("active", 60).decide(rowOf(status))).toEqual({ outcome: "superseded" });
    expect(schedule(status).decide(rowOf("active"))).toMatchObject({ outcome: "applied" });
  });
});
