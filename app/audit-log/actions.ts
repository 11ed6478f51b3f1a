"use server";

import { redirect } from "next/navigation";
import * as z from "zod";
import { requireAccess } from "@/lib/access";
import { requireUser } from "@/lib/session";
import { endSignIn } from "@/lib/sign-ins";
import { fieldsOf } from "../act";

const given = z.object({ id: z.string().regex(/^[\w-]{1,100}$/) });

/** The example of an action that a plan opens: ends one of the user's sign-ins. */
export async function signOutThere(form: FormData): Promise<never> {
  await requireAccess("audit_log", "/audit-log");
  const user = await requireUser("/audit-log");
  const { data } = given.safeParse(fieldsOf(form));
  if (data) await endSignIn(user.id, data.id);
  redirect("/audit-log");
}
