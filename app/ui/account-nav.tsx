import { connection } from "next/server";
import { errorKind } from "@/lib/error-kind";
import { log } from "@/lib/log";
import { isOperator } from "@/lib/operator/access";
import { currentUser } from "@/lib/session";
import { signOut } from "../(auth)/actions";
import { PageLink } from "./page-link";

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
        <PageLink href="/#pricing" className={`${ITEM} max-sm:hidden`}>
          Pricing
        </PageLink>
        <PageLink href="/sign-in" className={ITEM}>
          Sign in
        </PageLink>
        <PageLink href="/sign-up" className={`${SHAPE} font-medium`}>
          Sign up
        </PageLink>
      </>
    );
  return (
    <>
      <PageLink href="/dashboard" className={ITEM}>
        Dashboard
      </PageLink>
      {isOperator(user) ? (
        <PageLink href="/operator" className={ITEM}>
          Operator
        </PageLink>
      ) : null}
      <PageLink href="/settings" className={`${ITEM} min-w-0 max-sm:shrink-0`} title={user.email}>
        <Person className="size-5 shrink-0 sm:hidden" />
        <span className="sr-only">Settings </span>
        <span className="truncate max-sm:hidden">{user.email}</span>
      </PageLink>
      <form action={signOut} className="shrink-0">
        <button type="submit" className={ITEM}>
          Sign out
        </button>
      </form>
    </>
  );
}

function Person({ className }: { className: string }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" className={className}>
      <circle cx="10" cy="6.5" r="3.25" strokeWidth="1.5" />
      <path d="M3.5 17a6.5 6.5 0 0 1 13 0" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
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
