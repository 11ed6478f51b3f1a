import { isAllowed } from "../attempts";
import { Refusal } from "./errors";

/**
 * So often a minute may a user have Stripe asked, each time a handful of requests: far more than anybody clicks, and far less
 * than the 100 requests a second that all users of an account share. https://docs.stripe.com/rate-limits
 */
const MOST = 60;

/** Counts one more. @throws Refusal with words for the user */
export async function spendAllowance(userId: string): Promise<void> {
  if (!(await isAllowed(`stripe for ${userId}`, MOST))) throw Refusal.tooMuchAtOnce();
}
