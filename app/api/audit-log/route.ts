import { checkAccess } from "@/lib/access";
import { currentUser } from "@/lib/session";
import { readSignIns } from "@/lib/sign-ins";

/** The example of a route that a plan opens. */
export async function GET(): Promise<Response> {
  const standing = await checkAccess("audit_log");
  if (standing instanceof Response) return standing;
  const user = await currentUser();
  return Response.json(user ? await readSignIns(user.id) : [], {
    headers: { "cache-control": "private, no-store" },
  });
}
