import type { Account } from "../account.ts";

/** Sets going everything that an account does by itself as time goes on. */
export function startRoutines(_account: Account): void {
  // account.due.add(account, subscriptionRoutine);
}
