"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { requireAccess } from "@/lib/access";
import { auth } from "@/lib/auth";

/** The example of an action that a plan opens: ends every session of the user's but the one that asks. */
export async function signOutElsewhere(): Promise<never> {
  await requireAccess("audit_log", "/audit-log");
  await auth().api.revokeOtherSessions({ headers: await headers() });
  redirect("/audit-log");
}
