import { afterResponse } from "@/lib/after";
import { deliverAndWatch } from "@/lib/mail/deliver";
import { isNudge } from "@/lib/mail/nudge";

export const runtime = "nodejs";
export const maxDuration = 60;

/** For this app's own functions: sends the mail that waits, after the answer. A scheduler calls /api/cron/drain. */
export function POST(request: Request): Response {
  if (!isNudge(request.headers.get("authorization")))
    return Response.json({ error: "This is for the app itself." }, { status: 401 });
  afterResponse("mail", deliverAndWatch);
  return new Response(null, { status: 202 });
}
