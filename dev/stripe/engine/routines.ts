import type { Account } from "../account.ts";
import { sessionRoutine } from "./checkout.ts";
import { debitRoutine } from "./debits.ts";
import { invoiceRoutine } from "./invoice-routine.ts";
import { scheduleRoutine } from "./schedule-routine.ts";
import { subscriptionRoutine } from "./subscription-routine.ts";

/** Sets going everything that an account does by itself as time goes on. */
export function startRoutines(account: Account): void {
  account.due.add(account, debitRoutine);
  account.due.add(account, invoiceRoutine);
  account.due.add(account, scheduleRoutine);
  account.due.add(account, subscriptionRoutine);
  account.due.add(account, sessionRoutine);
}
