import Link from "next/link";
import { connection } from "next/server";
import { errorKind } from "@/lib/error-kind";
import { log } from "@/lib/log";
import { isOperator } from "@/lib/operator/access";
import { currentUser } from "@/lib/session";
import { signOut } from "../(auth)/actions";

const SHAPE =
  "inline-flex min-h-11 cursor-pointer items-center rounded-lg px-2 transition-[color,background-color] hover:bg-sunken sm:px-3";
const ITEM = `${SHAPE} text-muted hover:text-ink`;

/** Who is signed in, with the way out, or the ways in. */
export async function AccountNav() {
  await connection();
  const user = await whoIfKnown();
  if (user === "unknown") return null;
  if (!user)
    return (
      <>
        <Link href="/#pricing" className={`${ITEM} max-sm:hidden`}>
          Pricing
        </Link>
        <Link href="/sign-in" className={ITEM}>
          Sign in
        </Link>
        <Link href="/sign-up" className={`${SHAPE} font-medium`}>
          Sign up
        </Link>
      </>
    );
  return (
    <>
      <Link href="/dashboard" className={ITEM}>
        Dashboard
      </Link>
      {isOperator(user) ? (
        <Link href="/operator" className={ITEM}>
          Operator
        </Link>
      ) : null}
      <span className="truncate px-3 text-muted max-sm:hidden" title={user.email}>
        {user.email}
      </span>
      <form action={signOut} className="shrink-0">
        <button type="submit" className={ITEM}>
          Sign out
        </button>
      </form>
    </>
  );
}

/** A page for everybody still shows while the database is away; only the account is not known then. */
async function whoIfKnown() {
  try {
    return await currentUser();
  } catch (error) {
    log("error", "the session could not be read", { error: errorKind(error) });
    return "unknown";
  }
}
