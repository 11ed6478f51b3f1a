/** How often something recurs: each month, every two weeks. */
export type Cycle = { interval: string; interval_count: number };

/** From one moment to another, in epoch seconds; the second is no longer part of it. */
export type Period = { start: number; end: number };

export const HOUR = 60 * 60;
export const DAY = 24 * HOUR;

/**
 * The moment that is so many cycles from the anchor. Months that are too short end early, and the next is whole again:
 * from 31 January come 28 February and 31 March. https://docs.stripe.com/billing/subscriptions/billing-cycle
 * @param anchor epoch seconds; months are those of UTC
 */
export function boundary(anchor: number, { interval, interval_count }: Cycle, cycles: number): number {
  const steps = cycles * interval_count;
  switch (interval) {
    case "day":
      return anchor + steps * DAY;
    case "week":
      return anchor + steps * 7 * DAY;
    case "year":
      return addMonths(anchor, steps * 12);
    default:
      return addMonths(anchor, steps);
  }
}

function addMonths(from: number, months: number): number {
  const date = new Date(from * 1000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const moved = new Date(date);
  moved.setUTCFullYear(year, month, Math.min(date.getUTCDate(), lastDay));
  return moved.getTime() / 1000;
}

/** No cycle lasts longer, so that counting in these never overshoots. */
const LONGEST: Record<string, number> = { day: DAY, week: 7 * DAY, month: 31 * DAY, year: 366 * DAY };

/** The cycle that a moment is in, counted from the anchor on: from one boundary to the next. */
export function periodAt(anchor: number, cycle: Cycle, at: number): Period {
  const longest = (LONGEST[cycle.interval] ?? DAY) * cycle.interval_count;
  let cycles = Math.floor((at - anchor) / longest) - 1;
  while (boundary(anchor, cycle, cycles + 1) <= at) cycles++;
  while (boundary(anchor, cycle, cycles) > at) cycles--;
  return { start: boundary(anchor, cycle, cycles), end: boundary(anchor, cycle, cycles + 1) };
}
