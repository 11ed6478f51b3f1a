import { exportAccount, mayExport } from "@/lib/account/export";
import { currentUser } from "@/lib/session";
import { SITE } from "@/lib/site";

const NO_STORE = { "cache-control": "private, no-store" };

/** All that is kept of whoever is signed in, as a file. */
export async function GET(): Promise<Response> {
  const user = await currentUser();
  if (!user) return Response.json({ error: "Nobody is signed in." }, { status: 401, headers: NO_STORE });
  if (!(await mayExport(user.id)))
    return Response.json(
      { error: "This was asked for too often. Try again in a minute." },
      { status: 429, headers: { ...NO_STORE, "retry-after": "60" } },
    );
  const data = await exportAccount(user.id);
  return new Response(`${JSON.stringify(data, null, 2)}\n`, {
    headers: {
      ...NO_STORE,
      "content-type": "application/json",
      "content-disposition": `attachment; filename="${SITE.name.toLowerCase()}-account.json"`,
    },
  });
}
