import { keepUp } from "@/lib/billing/upkeep";
import { env } from "@/lib/env";
import { isSame } from "@/lib/signature";

export const runtime = "nodejs";
export const maxDuration = 60;

/** Some seconds less than maxDuration: the last step may have one request under way. */
const WORK_MS = 45_000;

/**
 * For a scheduler: retries, missed events, repair, alerts: what no event brings along by itself. Once a day is enough,
 * every few minutes is quicker to notice. Vercel sends the secret by itself. https://vercel.com/docs/cron-jobs/manage-cron-jobs#securing-cron-jobs
 */
export async function GET(request: Request): Promise<Response> {
  const secret = env().CRON_SECRET;
  if (secret === undefined || !isSame(request.headers.get("authorization") ?? "", `Bearer ${secret}`))
    return Response.json({ error: "Send the CRON_SECRET as a Bearer token." }, { status: 401 });
  return Response.json(await keepUp(Date.now() + WORK_MS));
}
