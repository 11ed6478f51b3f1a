import { versionOf } from "@/app/dashboard/version";
import { readBilling } from "@/lib/billing/queries";
import { currentUser } from "@/lib/session";

const HEADERS = { "cache-control": "private, no-store" };

/** What an open dashboard asks every few seconds, in place of rendering the whole page anew. */
export async function GET(): Promise<Response> {
  const user = await currentUser();
  if (!user) return Response.json({ error: "Nobody is signed in." }, { status: 401, headers: HEADERS });
  const view = await readBilling(user.id, new Date());
  return Response.json({ version: versionOf(view) }, { headers: HEADERS });
}
