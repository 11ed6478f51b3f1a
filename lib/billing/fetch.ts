import Stripe from "stripe";
import type { Answer } from "./mirror";

/**
 * Asks Stripe for one object. That there is none is an answer; anything else that goes wrong is thrown as it came.
 * https://docs.stripe.com/error-codes#resource-missing
 */
export async function ask(retrieve: () => Promise<Stripe.Response<object>>): Promise<Answer> {
  try {
    const object = await retrieve();
    return { object, answeredAt: dateOf(object.lastResponse.headers) };
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "resource_missing")
      return { object: null, answeredAt: dateOf(error.headers ?? {}) };
    throw error;
  }
}

function dateOf(headers: Record<string, string>): Date | null {
  const at = Date.parse(headers.date ?? "");
  return Number.isNaN(at) ? null : new Date(at);
}
