import { connection } from "next/server";
import { currentUser } from "@/lib/session";
import { BUTTON } from "../ui/button";
import { PageLink } from "../ui/page-link";

/** An account for whoever has none; to the dashboard for whoever is signed in. */
export async function FirstStep() {
  await connection();
  // While nobody can tell who it is, the page is still for everybody. The header has logged why.
  const user = await currentUser().catch(() => null);
  return (
    <PageLink href={user ? "/dashboard" : "/sign-up"} className={BUTTON.primary}>
      {user ? "Go to your dashboard" : "Create an account"}
    </PageLink>
  );
}
