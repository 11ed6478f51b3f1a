import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { auth } from "./auth";

export type CurrentUser = { id: string; name: string; email: string; emailVerified: boolean };

/** Who is signed in, or null. Asked once for each request, however many components want to know. */
export const currentUser = cache(async (): Promise<CurrentUser | null> => {
  // Asked for first: a build has no request, and stops here before it would need the environment.
  const request = await headers();
  const session = await auth().api.getSession({ headers: request });
  if (!session) return null;
  const { id, name, email, emailVerified } = session.user;
  return { id, name, email, emailVerified };
});

/** Who is signed in; anybody else is sent to sign in, and comes back to `returnTo` from there. */
export async function requireUser(returnTo: string): Promise<CurrentUser> {
  return (await currentUser()) ?? redirect(`/sign-in?from=${encodeURIComponent(returnTo)}`);
}
