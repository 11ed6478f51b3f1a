import { BodyTooLarge, BodyUnreadable } from "@/lib/body";
import { log } from "@/lib/log";
import { countEvent, recordAck } from "@/lib/telemetry";
import { noteAck } from "./ack";
import { countDelivery } from "./deliveries";
import type { StripeEvent } from "./event";
import { reasonOf } from "./failure";
import type { Result } from "./receive";
import type { WhyRefused } from "./verify";

/** What the endpoint answers. `result` shows in Stripe's delivery log; an error says why, and nothing of ours. */

/** @param begunAt when the request came, on the clock of performance.now() */
export function received({ id, type }: StripeEvent, result: Result, begunAt: number): Response {
  const ms = Math.round(performance.now() - begunAt);
  noteAck(ms);
  recordAck(ms);
  countEvent(type, result);
  countDelivery("accepted");
  log("info", "event", { event: id, type, result, ms });
  return Response.json({ received: true, result });
}

/** Counted, and no more than that: whoever sends a thousand of them stands in nobody's way. */
export function refused({ why, error }: { why: WhyRefused; error: string }): Response {
  countDelivery(why);
  return badRequest(error);
}

const badRequest = (error: string) => Response.json({ error }, { status: 400 });

/** Stripe delivers again what is not answered with 2xx, for up to three days. */
export function notStored(error: unknown): Response {
  if (error instanceof BodyTooLarge)
    return Response.json(
      { error: "The body is larger than any event of Stripe." },
      { status: 413, headers: { connection: "close" } },
    );
  if (error instanceof BodyUnreadable) return badRequest(error.message);
  log("error", "event not stored", { error: reasonOf(error) });
  return Response.json(
    { error: "The event could not be stored. Please deliver it again." },
    { status: 503, headers: { "retry-after": "30" } },
  );
}

export const methodNotAllowed = () =>
  Response.json({ error: "Stripe delivers events by POST." }, { status: 405, headers: { allow: "POST" } });
