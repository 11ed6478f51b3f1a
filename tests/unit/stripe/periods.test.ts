import { expect, test } from "vitest";
import { boundary, periodAt } from "@/dev/stripe/engine/periods";

const at = (moment: string) => Date.parse(moment) / 1000;
const said = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16);
const every = (interval: string, interval_count = 1) => ({ interval, interval_count });

test("a cycle from the last of January touches the end of every month", () => {
  const anchor = at("2026-01-31T10:30:00Z");
  const ends = [1, 2, 3, 4, 13].map((cycles) => said(boundary(anchor, every("month"), cycles)));
  expect(ends).toEqual([
    "2026-02-28T10:30",
    "2026-03-31T10:30",
    "2026-04-30T10:30",
    "2026-05-31T10:30",
    "2027-02-28T10:30",
  ]);
});

test("a yearly cycle from 29 February comes back to it", () => {
  const anchor = at("2028-02-29T00:00:00Z");
  expect(said(boundary(anchor, every("year"), 1))).toBe("2029-02-28T00:00");
  expect(said(boundary(anchor, every("year"), 4))).toBe("2032-02-29T00:00");
});

test("days and weeks are so many hours, and counts multiply", () => {
  const anchor = at("2026-11-24T05:00:00Z");
  expect(said(boundary(anchor, every("day", 3), 2))).toBe("2026-11-30T05:00");
  expect(said(boundary(anchor, every("week", 2), 1))).toBe("2026-12-08T05:00");
  expect(said(boundary(anchor, every("month", 3), 1))).toBe("2027-02-24T05:00");
  expect(said(boundary(anchor, every("year", 2), -1))).toBe("2024-11-24T05:00");
});

test("a moment is in the period that begins at it or before", () => {
  const anchor = at("2026-01-31T00:00:00Z");
  const around = (moment: string) => {
    const { start, end } = periodAt(anchor, every("month"), at(moment));
    return `${said(start).slice(0, 10)} to ${said(end).slice(0, 10)}`;
  };
  expect(around("2026-01-31T00:00:00Z")).toBe("2026-01-31 to 2026-02-28");
  expect(around("2026-02-27T23:59:59Z")).toBe("2026-01-31 to 2026-02-28");
  expect(around("2026-02-28T00:00:00Z")).toBe("2026-02-28 to 2026-03-31");
  expect(around("2026-01-30T23:59:59Z")).toBe("2025-12-31 to 2026-01-31");
  expect(around("2036-06-15T12:00:00Z")).toBe("2036-05-31 to 2036-06-30");
});

test.each(["day", "week", "month", "year"])("periods of a %s leave no gap for ten years", (interval) => {
  const anchor = at("2024-02-29T12:00:00Z");
  const last = at("2034-02-28T12:00:00Z");
  let { end } = periodAt(anchor, every(interval), anchor);
  while (end < last) {
    const next = periodAt(anchor, every(interval), end);
    expect(next.start).toBe(end);
    expect(periodAt(anchor, every(interval), next.end - 1)).toEqual(next);
    end = next.end;
  }
});
