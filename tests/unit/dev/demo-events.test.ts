import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeScenes } from "@/dev/events/build";
import { demoScenes } from "@/dev/events/scenes";
import { HANDLED_EVENTS } from "@/lib/billing/webhook/events";

const folder = mkdtempSync(join(tmpdir(), "scenes-"));
const now = new Date("2026-11-24T12:00:00Z");
const files = Object.fromEntries(
  Object.entries(writeScenes(folder, now)).map(([name, file]) => [
    name,
    JSON.parse(readFileSync(file, "utf8")),
  ]),
);
afterAll(() => rmSync(folder, { recursive: true }));

const STORY = [
  "catalogue",
  "subscribe",
  "payment-failed",
  "payment-recovered",
  "cancel-at-period-end",
  "resume",
  "end",
  "trial",
];

test("the story is over by now, so that no date in it is still to come", () => {
  for (const event of Object.values(files).flat())
    expect(event.created * 1000).toBeLessThanOrEqual(now.getTime());
});

test("each scene comes after the one before it, and no event id comes twice", () => {
  const events = STORY.flatMap((scene) => files[scene]);
  const times: number[] = events.map(({ created }) => created);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(Object.keys(files).sort()).toEqual(STORY.toSorted());
});

test("another start tells the story of another subscription", () => {
  const idsAt = (start: string) => {
    const [{ id, data }] = JSON.parse(JSON.stringify(demoScenes(new Date(start)).subscribe));
    return [id, data.object.id];
  };
  const first = idsAt("2026-11-23T09:00:00Z");
  const second = idsAt("2026-11-23T09:00:01Z");
  expect(first.filter((id) => second.includes(id))).toEqual([]);
});

test("all of them are of types that the app acts on, in test mode", () => {
  for (const event of Object.values(files).flat()) {
    expect(Object.keys(HANDLED_EVENTS)).toContain(event.type);
    expect(event).toMatchObject({ livemode: false, api_version: "2026-10-28.endive" });
  }
});
