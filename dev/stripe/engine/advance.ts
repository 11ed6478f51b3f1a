import { setImmediate as nextTurn } from "node:timers/promises";
import type { Account } from "../account.ts";
import { BY_ITSELF } from "../events.ts";

/** How many things may happen before requests and deliveries get their turn. */
const AT_ONCE = 20;

/** The accounts whose clock is being moved. */
const advancing = new WeakSet<Account>();

/**
 * Moves the account's own clock: everything that falls due until then happens, in order, each at its moment.
 * @param to epoch seconds by that clock; a moment in the past does nothing
 */
export async function advanceAccount(account: Account, to: number): Promise<void> {
  advancing.add(account);
  try {
    await runUntil(account, null, to, (at) =>
      account.setAhead(Math.max(account.ahead, at - account.realNow())),
    );
    account.setAhead(Math.max(account.ahead, to - account.realNow()));
  } finally {
    advancing.delete(account);
  }
}

/** What falls due as the real clock goes on. While it is being moved, whoever moves it sees to that. */
export async function keepPace(account: Account): Promise<void> {
  if (advancing.has(account)) return;
  await runUntil(account, null, account.now(), () => {});
}

/**
 * Moves a test clock, which says `advancing` meanwhile. https://docs.stripe.com/billing/testing/test-clocks
 * @param to epoch seconds
 */
export async function advanceTestClock(account: Account, id: string, to: number): Promise<void> {
  await runUntil(account, id, to, () => {});
  const clock = account.store.get("test_helpers.test_clock", id);
  if (!clock) return; // deleted meanwhile
  account.because(BY_ITSELF, () => {
    account.change(
      "test_helpers.test_clock",
      clock,
      { status: "ready", frozen_time: to, status_details: {} },
      "test_helpers.test_clock.ready",
    );
  });
}

async function runUntil(
  account: Account,
  clock: string | null,
  to: number,
  reached: (at: number) => void,
): Promise<void> {
  for (let turn = 1; ; turn++) {
    const at = account.because(BY_ITSELF, () => account.due.runNext(account, clock, to));
    if (at === null) return;
    reached(at);
    if (turn % AT_ONCE === 0) await nextTurn();
  }
}
