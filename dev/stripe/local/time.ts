import type { Account } from "../account.ts";
import { advanceAccount } from "../engine/advance.ts";

/** How far to advance: by a step of the pages' bar, by seconds, or to a moment in epoch seconds. */
export type Advance = { by: "day" | "week" | "month" | "next" } | { seconds: number } | { to: number };

const HOUR = 60 * 60;
const DAY = 24 * HOUR;

/** The advances of an account that are under way or wait: one at a time, so that two clicks are two months. */
const running = new WeakMap<Account, Promise<unknown>>();

/**
 * Advances the account's clock, after any advance that is already under way.
 * @returns what the clock says afterwards, once all that fell due has happened
 */
export function advanceInTurn(account: Account, by: Advance): Promise<number> {
  const before = running.get(account) ?? Promise.resolve();
  const work = before.then(async () => {
    await advanceAccount(account, targetOf(account, by));
    return account.now();
  });
  running.set(
    account,
    work.catch(() => undefined),
  );
  return work;
}

function targetOf(account: Account, advance: Advance): number {
  const now = account.now();
  if ("to" in advance) return advance.to;
  if ("seconds" in advance) return now + advance.seconds;
  switch (advance.by) {
    case "day":
      return now + DAY;
    case "week":
      return now + 7 * DAY;
    case "month":
      return aMonthAfter(now) + HOUR; // a renewal's invoice is paid an hour after it is made
    case "next":
      return account.due.next(null) ?? now;
  }
}

function aMonthAfter(epoch: number): number {
  const date = new Date(epoch * 1000);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + 1);
  if (date.getUTCDate() !== day) date.setUTCDate(0); // 31 January is followed by the last of February
  return Math.floor(date.getTime() / 1000);
}

/** Reads what a form or JSON asks for. Undefined if it is none of it. */
export function readAdvance(given: Record<string, unknown>): Advance | undefined {
  const { by } = given;
  if (by === "day" || by === "week" || by === "month" || by === "next") return { by };
  const seconds = wholeNumber(given.seconds);
  if (seconds !== undefined) return { seconds };
  const to = wholeNumber(given.to);
  return to === undefined ? undefined : { to };
}

function wholeNumber(given: unknown): number | undefined {
  if (typeof given !== "number" && typeof given !== "string") return undefined;
  const number = Number(given);
  return given !== "" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
