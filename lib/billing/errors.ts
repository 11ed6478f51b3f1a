/**
 * What goes wrong in billing, as sentences. The constructor's name is the reason at the call site; the words live here
 * once. A message may be shown to an operator, so it holds ids and field names, never personal data.
 */
export class BillingError extends Error {
  override name = "BillingError";

  static customerOfAnotherUser(customerId: string) {
    return new BillingError(`The customer ${customerId} already belongs to another user.`);
  }

  static userHasAnotherCustomer(customerId: string) {
    return new BillingError(`The user already has another customer than ${customerId}.`);
  }

  static noDate(kind: string, id: string) {
    return new BillingError(
      `Stripe's answer for ${kind} ${id} has no Date header, so it cannot be put in order.`,
    );
  }

  static otherObject(kind: string, id: string, cause?: unknown) {
    return new BillingError(`Stripe's answer is not the ${kind} ${id}. It is asked again later.`, { cause });
  }

  static staleAnswer(kind: string, id: string) {
    return new BillingError(
      `Stripe's answer for ${kind} ${id} is older than the row. It is asked again later.`,
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
