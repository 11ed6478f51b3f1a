import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { auth } from "./auth";

export type CurrentUser = { id: string; name: string; email: string; emailVerified: boolean };

/** Asked once for each request, however many components want to know. */
const currentSession = cache(async () => {
  // Asked for first: a build has no request, and stops here before it would need the environment.
  const request = await headers();
  return auth().api.getSession({ headers: request });
});

/** Who is signed in, or null. */
export const currentUser = cache(async (): Promise<CurrentUser | null> => {
  const session = await currentSession();
  if (!session) return null;
  const { id, name, email, emailVerified } = session.user;
  return { id, name, email, emailVerified };
});

/** Which of the user's sign-ins this is, or null. */
export async function currentSessionId(): Promise<string | null> {
  return (await currentSession())?.session.id ?? null;
}

/** Who is signed in; anybody else is sent to sign in, and comes back to `returnTo` from there. */
export async function requireUser(returnTo: string): Promise<CurrentUser> {
  return (await currentUser()) ?? redirect(`/sign-in?from=${encodeURIComponent(returnTo)}`);
}
