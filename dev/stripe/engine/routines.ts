import type { Account } from "../account.ts";
import { sessionRoutine } from "./checkout.ts";
import { couponRoutine, promotionCodeRoutine } from "./coupons.ts";
import { debitRoutine } from "./debits.ts";
import { discountRoutine } from "./discounts.ts";
import { invoiceRoutine } from "./invoice-routine.ts";
import { scheduleRoutine } from "./schedule-routine.ts";
import { subscriptionRoutine } from "./subscription-routine.ts";

/** Sets going everything that an account does by itself as time goes on. */
export function startRoutines(account: Account): void {
  account.due.add(account, debitRoutine);
  account.due.add(account, couponRoutine);
  account.due.add(account, promotionCodeRoutine);
  // Before those who bill: what ends when a period does is not taken off the next.
  account.due.add(account, discountRoutine);
  account.due.add(account, invoiceRoutine);
  account.due.add(account, scheduleRoutine);
  account.due.add(account, subscriptionRoutine);
  account.due.add(account, sessionRoutine);
}
