import { closeBilling } from "../billing/closing";
import { deleteUnlinked } from "../billing/ownership";
import { forgetEmailChange } from "./email-change";

/**
 * Deletes a user's account: first what costs money, at Stripe, then the user with everything that signs them in, in one
 * statement, which also lets go of their customer. What the law wants kept stays, with nobody attached to it: bills,
 * subscriptions, Stripe's events. Where Stripe is away nothing is deleted here, and the next call goes on.
 * @throws Stripe's errors as they come
 */
export async function deleteAccount(userId: string): Promise<void> {
  await closeBilling(userId);
  await forgetEmailChange(userId);
  // Bought in another tab meanwhile, it is closed as well.
  while (!(await deleteUnlinked(userId))) await closeBilling(userId);
}
