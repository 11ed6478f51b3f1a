import { createHash, timingSafeEqual } from "node:crypto";
import { drainDue } from "@/lib/billing/webhook/drain";
import { env } from "@/lib/env";

export const runtime = "nodejs";
export const maxDuration = 60;

/**
 * For a scheduler: works on the events whose retry is due, on a day when no other event brings a drain along. Vercel
 * sends the secret by itself. https://vercel.com/docs/cron-jobs/manage-cron-jobs#securing-cron-jobs
 */
export async function GET(request: Request): Promise<Response> {
  const secret = env().CRON_SECRET;
  if (secret === undefined || !isSame(request.headers.get("authorization") ?? "", `Bearer ${secret}`))
    return Response.json({ error: "Send the CRON_SECRET as a Bearer token." }, { status: 401 });
  await drainDue();
  return Response.json({ drained: true });
}

/** In constant time, whatever the lengths. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
