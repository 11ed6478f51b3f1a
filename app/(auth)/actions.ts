"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { auth } from "@/lib/auth";

/** Ends the session in the database and in the browser. */
export async function signOut(): Promise<never> {
  await auth().api.signOut({ headers: await headers() });
  redirect("/");
}
