import { errorKind } from "@/lib/error-kind";
import { log } from "@/lib/log";
import { isDegraded } from "@/lib/operator/alarm";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

/** For an uptime monitor: 200 while all is well, else 503. One word, for anybody may ask; the rest stands in /operator. */
export async function GET(): Promise<Response> {
  const status = await healthNow();
  return Response.json(
    { status },
    { status: status === "ok" ? 200 : 503, headers: { "cache-control": "no-store" } },
  );
}

async function healthNow(): Promise<"ok" | "degraded" | "down"> {
  try {
    return (await isDegraded()) ? "degraded" : "ok";
  } catch (error) {
    log("error", "health could not be read", { error: errorKind(error) });
    return "down";
  }
}
