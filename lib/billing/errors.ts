/**
 * What goes wrong in billing, as sentences. The constructor's name is the reason at the call site; the words live here
 * once. A message may be shown to an operator, so it holds ids and field names, never personal data. Stripe's own errors
 * and the database's pass through billing as they come, and no docstring says so again.
 */
export class BillingError extends Error {
  override name = "BillingError";

  static customerOfAnotherUser(customerId: string) {
    return new BillingError(`The customer ${customerId} already belongs to another user.`);
  }

  static userHasAnotherCustomer(customerId: string) {
    return new BillingError(`The user already has another customer than ${customerId}.`);
  }

  static notOnSale(lookupKey: string) {
    return new BillingError(
      `No price is on sale under the lookup key "${lookupKey}". To put the plans on sale: npm run stripe:setup`,
    );
  }

  static noCheckoutUrl(sessionId: string) {
    return new BillingError(`Stripe gave the open Checkout session ${sessionId} no address to go to.`);
  }

  static notMade(what: string) {
    return new BillingError(`Stripe has no ${what}, although it should have been made by now. Run it again.`);
  }

  static noItems(subscriptionId: string) {
    return new BillingError(`The subscription ${subscriptionId} has no items.`);
  }

  static noDate(asked: string) {
    return new BillingError(`Stripe's answer for ${asked} has no Date header, so it cannot be put in order.`);
  }

  static otherObject(kind: string, id: string, cause?: unknown) {
    return new BillingError(`Stripe's answer is not the ${kind} ${id}. It is asked again later.`, { cause });
  }

  static staleAnswer(kind: string, id: string) {
    return new BillingError(
      `Stripe's answer for ${kind} ${id} is older than the row. It is asked again later.`,
    );
  }

  static crowded() {
    return new BillingError(
      "Others wrote the same rows again and again in between. It is tried again later.",
    );
  }

  static keepsChanging(kind: string, id: string) {
    return new BillingError(
      `The ${kind} ${id} changed during each of several fetches. It is tried again later.`,
    );
  }
}

/** What Stripe sent does not have the shape it must have. No retry mends that. */
export class UnreadableObject extends BillingError {
  override name = "UnreadableObject";

  static field(path: string, expected: string, found: unknown) {
    const kind = found === null ? "null" : Array.isArray(found) ? "a list" : `${typeof found}`;
    return new UnreadableObject(`${path} should be ${expected}, but it is ${kind}.`);
  }
}

/** What a user asked for cannot be done. The message is theirs to read: it says why, and what to do. */
export class Refusal extends BillingError {
  override name = "Refusal";

  static noSuchSubscription() {
    return new Refusal("You have no such subscription. Reload the page to see what you have.");
  }

  static noCustomer() {
    return new Refusal("There is nothing to manage yet: you have not bought anything.");
  }

  static hasEnded() {
    return new Refusal("This subscription has ended. Choose a plan to begin a new one.");
  }

  static isEnding() {
    return new Refusal("This subscription is cancelled. Resume it first, then change it.");
  }

  static isUnpaid() {
    return new Refusal("There is a payment to make first. Once it is paid, the plan can be changed.");
  }

  static noPaymentMethod() {
    return new Refusal("There is no payment method to charge. Add one first, then try again.");
  }

  static quoteUnreadable() {
    return new Refusal("This offer is not valid. Look at the change again, and confirm what you see there.");
  }

  static quoteExpired() {
    return new Refusal("This offer is too old. Look at the change again: the amount may be another by now.");
  }

  static quoteOutdated() {
    return new Refusal("Your plan has changed since this offer was made. Look at the change again.");
  }

  /** Stripe understood, and said no: bank debits, for one, know no change that waits for its payment. */
  static notAccepted(cause: unknown) {
    return new Refusal("Stripe did not accept this change, and nothing was charged. Write to us about it.", {
      cause,
    });
  }

  static tooMuchAtOnce() {
    return new Refusal("That was too much at once, and nothing was changed. Wait a minute, then try again.");
  }

  static seatsOutOfRange(most: number) {
    return new Refusal(`Choose between 1 and ${most} seats.`);
  }
}
