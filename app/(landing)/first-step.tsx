import Link from "next/link";
import { connection } from "next/server";
import { currentUser } from "@/lib/session";
import { BUTTON } from "../ui/button";

/** An account for whoever has none; to the dashboard for whoever is signed in. */
export async function FirstStep() {
  await connection();
  // While nobody can tell who it is, the page is still for everybody. The header has logged why.
  const user = await currentUser().catch(() => null);
  if (!user) return <SignUpLink />;
  return (
    <Link href="/dashboard" className={BUTTON.primary}>
      Go to your dashboard
    </Link>
  );
}

export function SignUpLink() {
  return (
    <Link href="/sign-up" className={BUTTON.primary}>
      Create an account
    </Link>
  );
}
