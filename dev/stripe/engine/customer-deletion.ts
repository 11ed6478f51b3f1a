import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { endSchedule } from "./schedule-ending.ts";
import { cancelSubscription } from "./subscription-ending.ts";
import { isOver } from "./subscription-state.ts";

/** Deletes a customer, whose subscriptions end with that. https://docs.stripe.com/api/customers/delete */
export function deleteCustomer(account: Account, customer: Stripe.Customer): void {
  for (const subscription of account.store.ofCustomer("subscription", customer.id)) {
    if (!isOver(subscription)) cancelSubscription(account, subscription);
  }
  for (const schedule of account.store.ofCustomer("subscription_schedule", customer.id)) {
    if (schedule.status === "not_started") endSchedule(account, schedule, "canceled");
  }
  const last = account.store.get("customer", customer.id) ?? customer;
  account.store.remove("customer", customer.id, { gone: true });
  account.emit("customer.deleted", last);
}
