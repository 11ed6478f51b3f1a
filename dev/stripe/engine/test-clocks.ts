import { setImmediate as nextTurn } from "node:timers/promises";
import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { ApiError } from "../http/errors.ts";
import { advanceTestClock } from "./advance.ts";
import { deleteCustomer } from "./customer-deletion.ts";
import { boundary, DAY } from "./periods.ts";
import { cycleOf } from "./subscription-items.ts";
import { isOver } from "./subscription-state.ts";

type Clock = Stripe.TestHelpers.TestClock;

const KEPT = 30 * DAY;

/** Adds a clock that stands still. https://docs.stripe.com/billing/testing/test-clocks */
export function createClock(account: Account, frozen_time: number, name: string | null): Clock {
  const created = account.realNow();
  return account.create(
    "test_helpers.test_clock",
    {
      id: account.newId("test_helpers.test_clock"),
      object: "test_helpers.test_clock",
      created,
      deletes_after: created + KEPT,
      frozen_time,
      livemode: false,
      name,
      status: "ready",
      status_details: {},
    },
    "test_helpers.test_clock.created",
  );
}

/**
 * Lets a clock go on, in the background: it is `ready` when all has happened that falls due until then.
 * @throws ApiError for a moment that is not ahead, or too far
 */
export function startAdvancing(account: Account, clock: Clock, to: number): Clock {
  if (clock.status !== "ready") {
    throw ApiError.invalid("The test clock is already advancing. Wait until it is ready.", {
      code: "test_clock_advancing",
    });
  }
  if (to <= clock.frozen_time) {
    throw ApiError.invalid("The test clock can only be advanced to a time after its `frozen_time`.", {
      param: "frozen_time",
    });
  }
  if (to > furthest(account, clock)) {
    throw ApiError.invalid(
      "The test clock cannot be advanced by more than two intervals of its shortest subscription at once, or two years if it has none.",
      { param: "frozen_time" },
    );
  }
  const advancing = account.change(
    "test_helpers.test_clock",
    clock,
    { status: "advancing", status_details: { advancing: { target_frozen_time: to } } },
    "test_helpers.test_clock.advancing",
  );
  void advance(account, clock.id, to);
  return advancing;
}

/** After a restart: lets the clocks go on that were advancing. */
export function resumeClocks(account: Account): void {
  for (const { id, status_details } of account.store.all("test_helpers.test_clock")) {
    if (status_details.advancing) void advance(account, id, status_details.advancing.target_frozen_time);
  }
}

/** The request that asked is answered first. */
async function advance(account: Account, id: string, to: number): Promise<void> {
  await nextTurn();
  try {
    await advanceTestClock(account, id, to);
  } catch (error) {
    console.error(`Test clock ${id} failed to advance:`, error);
    const clock = account.store.get("test_helpers.test_clock", id);
    if (!clock) return;
    const failed = { status: "internal_failure", status_details: {} };
    account.change("test_helpers.test_clock", clock, failed, "test_helpers.test_clock.internal_failure");
  }
}

function furthest(account: Account, { id, frozen_time }: Clock): number {
  const cycles = customersOf(account, id)
    .flatMap((customer) => account.store.ofCustomer("subscription", customer))
    .filter((subscription) => !isOver(subscription))
    .flatMap(({ items }) => items.data.map(({ price }) => cycleOf(price)));
  const ends = cycles.map((cycle) => boundary(frozen_time, cycle, 2));
  return Math.min(boundary(frozen_time, { interval: "year", interval_count: 1 }, 2), ...ends);
}

const customersOf = (account: Account, clock: string): string[] =>
  account.store.all("customer").flatMap(({ id, test_clock }) => (test_clock === clock ? [id] : []));

/** Deletes a clock, and with it the customers that live by it. */
export function deleteClock(account: Account, clock: Clock): void {
  for (const id of customersOf(account, clock.id)) {
    const customer = account.store.get("customer", id);
    if (customer) deleteCustomer(account, customer);
  }
  account.store.remove("test_helpers.test_clock", clock.id, { gone: true });
  account.emit("test_helpers.test_clock.deleted", clock);
}
