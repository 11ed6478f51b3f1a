"use server";

import type { Route } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import * as z from "zod";
import { deleteAccount } from "@/lib/account/delete";
import { askForEmail, confirmEmail, sendLinkAgain, takeEmailBack } from "@/lib/account/email-change";
import { changePassword, checkPassword } from "@/lib/account/password";
import { rename } from "@/lib/account/profile";
import { AccountRefusal } from "@/lib/account/refusal";
import { accountEmail, accountName } from "@/lib/account/typed";
import { auth } from "@/lib/auth";
import { Refusal } from "@/lib/billing/errors";
import { errorKind } from "@/lib/error-kind";
import { log } from "@/lib/log";
import { PASSWORD } from "@/lib/password-policy";
import { type CurrentUser, currentSessionId, requireUser } from "@/lib/session";
import { endOtherSignIns } from "@/lib/sign-ins";
import { act, fieldsOf } from "../act";
import type { Answer } from "./answer";

const TOO_SHORT = `Use at least ${PASSWORD.min} characters.`;

const password = z
  .string("Enter your password.")
  .min(1, "Enter your password.")
  .max(PASSWORD.max, "This is not your password.");

const nameForm = z.object({ name: accountName });
const emailForm = z.object({ email: accountEmail, password });
const passwordForm = z.object({
  password,
  newPassword: z
    .string(TOO_SHORT)
    .min(PASSWORD.min, TOO_SHORT)
    .max(PASSWORD.max, `Use at most ${PASSWORD.max} characters.`),
});
const nothing = z.object({});
const tokenForm = z.object({ token: z.string().max(200) });
const deleteForm = z.object({ password });

export async function saveName(_: Answer, form: FormData): Promise<Answer> {
  return change(form, nameForm, "name", async (user, { name }) => {
    await rename(user, name);
    return "/settings?done=name";
  });
}

/** The address changes when the link is opened that goes there. */
export async function saveEmail(_: Answer, form: FormData): Promise<Answer> {
  return change(form, emailForm, "e-mail", async (user, given) => {
    await askForEmail(user, given);
    return "/settings?done=asked";
  });
}

export async function mailLinkAgain(_: Answer, form: FormData): Promise<Answer> {
  return change(form, nothing, "e-mail", async (user) => {
    await sendLinkAgain(user.id);
    return "/settings?done=again";
  });
}

export async function keepEmail(_: Answer, form: FormData): Promise<Answer> {
  return change(form, nothing, "e-mail", async (user) => {
    await takeEmailBack(user.id);
    return "/settings?done=kept";
  });
}

export async function confirmNewEmail(_: Answer, form: FormData): Promise<Answer> {
  return change(form, tokenForm, "e-mail", async (user, { token }) => {
    await confirmEmail(user, token);
    return "/settings?done=email";
  });
}

export async function savePassword(_: Answer, form: FormData): Promise<Answer> {
  return change(form, passwordForm, "password", async (user, given) => {
    await changePassword(user.id, given, await headers());
    return "/settings?done=password";
  });
}

/** Ends every session of the user's but the one that asks. */
export async function signOutElsewhere(): Promise<never> {
  const user = await requireUser("/settings");
  await endOtherSignIns(user.id, { id: (await currentSessionId()) ?? "" });
  redirect("/settings?done=elsewhere");
}

/** There is no way back from here: the password is asked for once more. */
export async function deleteOwnAccount(_: Answer, form: FormData): Promise<Answer> {
  return change(form, deleteForm, "deletion", async (user, given) => {
    await checkPassword(user.id, given.password);
    await deleteAccount(user.id);
    // The session is gone: this takes its cookie away.
    await auth().api.signOut({ headers: await headers() });
    return "/goodbye";
  });
}

/** A form that is sent back keeps what was typed, but for passwords. */
async function change<Given>(
  form: FormData,
  schema: z.ZodType<Given>,
  what: string,
  work: (user: CurrentUser, given: Given) => Promise<Route>,
): Promise<Answer> {
  const typed = typedIn(form);
  return act<Given, Answer>(form, {
    from: "/settings",
    schema,
    work,
    misread: (error) => ({ fields: wordsOf(error), form: null, typed }),
    failed: (error, user) => {
      if (error instanceof AccountRefusal)
        return error.field
          ? { fields: { [error.field]: error.message }, form: null, typed }
          : { fields: {}, form: error.message, typed };
      if (error instanceof Refusal) return { fields: {}, form: error.message, typed };
      log("error", `account: ${what} failed`, { user: user.id, error: errorKind(error) });
      return { fields: {}, form: FAILED, typed };
    },
  });
}

/** The first thing that is wrong with each field. */
function wordsOf({ issues }: z.ZodError): Record<string, string> {
  const words = issues.map(({ path, message }): [string, string] => [String(path[0]), message]);
  return Object.fromEntries(words.reverse());
}

function typedIn(form: FormData): Record<string, string> {
  const texts = Object.entries(fieldsOf(form)).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" && !/password/i.test(name) && !name.startsWith("$") ? [[name, value]] : [],
  );
  return Object.fromEntries(texts);
}

const FAILED =
  "This could not be done just now. Reload the page to see how things stand, then try again in a moment.";
