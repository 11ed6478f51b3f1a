import { randomInt } from "node:crypto";
import { type Person, somebody } from "./fixtures.ts";

/** Requests as a program sends them that has read the page's source. Nothing is followed, nothing is left out. */

export const appUrl = () => process.env.APP_URL ?? "";

/** Who sends: their cookie, or none. */
export type Sender = Person & { cookie: string };

export const STRANGER: Sender = { name: "", email: "", password: "", cookie: "" };

export async function aSender(): Promise<Sender> {
  const person = somebody();
  const response = await fetch(`${appUrl()}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { ...from(STRANGER), "content-type": "application/json" },
    body: JSON.stringify(person),
  });
  if (!response.ok) throw new Error(`Signing up was answered with ${response.status}.`);
  const cookie = response.headers.getSetCookie().map((one) => one.split(";")[0]);
  return { ...person, cookie: cookie.join("; ") };
}

const from = ({ cookie }: Sender, origin = appUrl()) => ({
  ...(cookie ? { cookie } : {}),
  origin,
  "x-forwarded-for": `198.18.${randomInt(256)}.${randomInt(1, 255)}`,
});

export type Seen = { status: number; to: string; text: string };

export async function send(sender: Sender, path: string, method = "GET"): Promise<Seen> {
  return seen(await fetch(appUrl() + path, { method, headers: from(sender), redirect: "manual" }));
}

/** An argument of an action: a form by its fields, or what JSON holds. */
export type Argument = { form: Record<string, string | string[] | Blob> } | string | null;

/**
 * Calls an action as Next's client does.
 * https://nextjs.org/docs/app/getting-started/updating-data
 */
export async function callAction(
  sender: Sender,
  { id, path }: { id: string; path: string },
  args: readonly Argument[],
  origin?: string,
): Promise<Seen> {
  const headers = { ...from(sender, origin), "next-action": id };
  const response = await fetch(appUrl() + path, {
    method: "POST",
    headers,
    body: encoded(args),
    redirect: "manual",
  });
  return seen(response);
}

/** As React sends arguments: JSON in which `$K1` stands for the form whose fields begin with `_1_`. */
function encoded(args: readonly Argument[]): FormData {
  const body = new FormData();
  const places = args.map((argument, at) => {
    if (argument === null || typeof argument === "string") return argument;
    for (const [name, value] of Object.entries(argument.form))
      for (const one of Array.isArray(value) ? value : [value]) body.append(`_${at + 1}_${name}`, one);
    return `$K${at + 1}`;
  });
  body.append("0", JSON.stringify(places));
  return body;
}

async function seen(response: Response): Promise<Seen> {
  const to = response.headers.get("x-action-redirect") ?? response.headers.get("location") ?? "";
  return { status: response.status, to, text: await response.text() };
}
