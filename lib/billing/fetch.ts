import { type Stripe, stripe } from "@/lib/stripe";
import type { Answer } from "./mirror";
import { isObject } from "./read";

/**
 * Asks Stripe for one object. That there is none is an answer; anything else that goes wrong is thrown as it came.
 * https://docs.stripe.com/error-codes#resource-missing
 */
export async function ask(retrieve: (api: Stripe) => Promise<Stripe.Response<object>>): Promise<Answer> {
  const api = await stripe();
  try {
    const object = await retrieve(api);
    // For a customer that was deleted Stripe answers with a stub that has nothing but its id.
    const isStub = "deleted" in object && object.deleted === true;
    return { object: isStub ? null : object, answeredAt: dateOf(object.lastResponse) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "resource_missing")
      return { object: null, answeredAt: dateOf(error) };
    throw error;
  }
}

/** Stripe's clock at the moment of the answer. */
function dateOf(answer: object): Date | null {
  const headers = "headers" in answer && isObject(answer.headers) ? answer.headers : {};
  const at = Date.parse(String(headers.date));
  return Number.isNaN(at) ? null : new Date(at);
}
