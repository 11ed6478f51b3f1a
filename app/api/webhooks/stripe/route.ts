import { afterResponse } from "@/lib/after";
import { methodNotAllowed, notStored, received, refused } from "@/lib/billing/webhook/answers";
import { drainAndWatch, isDrainDue } from "@/lib/billing/webhook/drain";
import { receiveEvent } from "@/lib/billing/webhook/receive";
import { verifyEvent } from "@/lib/billing/webhook/verify";
import { asDeclared, bodyFailed, boundBody } from "@/lib/body";
import { env } from "@/lib/env";
import { hasNewMail, nudgeMail } from "@/lib/mail/nudge";
import { inSpan } from "@/lib/telemetry";

export const runtime = "nodejs";
export const maxDuration = 60;

export async function POST(request: Request): Promise<Response> {
  const begunAt = performance.now();
  try {
    const req = boundBody(request);
    const verification = await inSpan("billing.verify", {}, async () =>
      verifyEvent({
        payload: asDeclared(req, await req.text().catch(bodyFailed)),
        signature: req.headers.get("stripe-signature"),
        secrets: env().STRIPE_WEBHOOK_SECRET,
        now: new Date(),
      }),
    );
    if (!verification.ok) return refused(verification);
    const result = await receiveEvent(verification.event);
    if (isDrainDue(result)) afterResponse("drain", drainAndWatch);
    if (hasNewMail()) afterResponse("mail", nudgeMail);
    return received(verification.event, result, begunAt);
  } catch (error) {
    return notStored(error);
  }
}

export {
  methodNotAllowed as DELETE,
  methodNotAllowed as GET,
  methodNotAllowed as HEAD,
  methodNotAllowed as OPTIONS,
  methodNotAllowed as PATCH,
  methodNotAllowed as PUT,
};
