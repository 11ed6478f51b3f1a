import { PASSWORD } from "@/lib/password-policy";

export type Mode = "sign-in" | "sign-up";
export type Field = "name" | "email" | "password";
export type Credentials = Record<Field, string>;

/** What stands in the way, in words: at a field, or for the whole form. */
export type Problem = { fields: Partial<Record<Field, string>>; form: string | null; addressTaken?: true };

/** What can be said without asking the server, or null. */
export function problemBeforeSending(mode: Mode, { name, email, password }: Credentials): Problem | null {
  const fields: Problem["fields"] = {};
  if (mode === "sign-up" && !name) fields.name = "What should we call you?";
  if (!/^\S+@\S+\.\S+$/.test(email)) fields.email = "Enter an e-mail address, like ines@example.com.";
  if (!password) fields.password = "Enter your password.";
  else if (mode === "sign-up" && password.length < PASSWORD.min) fields.password = TOO_SHORT;
  else if (mode === "sign-up" && password.length > PASSWORD.max) fields.password = TOO_LONG;
  return Object.keys(fields).length > 0 ? { fields, form: null } : null;
}

const TOO_SHORT = `Use at least ${PASSWORD.min} characters.`;
const TOO_LONG = `Use at most ${PASSWORD.max} characters.`;

/** The auth library's answer in words. https://better-auth.com/docs/concepts/api#error-handling */
export function problemFromAnswer(status: number, code: string | null, retryAfterS: number): Problem {
  if (status === 429)
    return inForm(
      `Too many attempts. Try again in ${retryAfterS === 1 ? "a second" : `${retryAfterS || 60} seconds`}.`,
    );
  switch (code) {
    case "INVALID_EMAIL_OR_PASSWORD":
      return inForm("This e-mail address and password do not belong together.");
    case "USER_ALREADY_EXISTS":
    case "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL":
      return {
        fields: { email: "There is already an account with this address." },
        form: null,
        addressTaken: true,
      };
    case "INVALID_NAME":
      return { fields: { name: "Use at most 100 characters, on one line." }, form: null };
    case "INVALID_EMAIL":
      return { fields: { email: "This e-mail address is not complete." }, form: null };
    case "PASSWORD_TOO_SHORT":
      return { fields: { password: TOO_SHORT }, form: null };
    case "PASSWORD_TOO_LONG":
      return { fields: { password: TOO_LONG }, form: null };
    case "INVALID_ORIGIN":
      return inForm(
        "This page was opened under another address than the app's own. Open it there, and try again.",
      );
    default:
      return inForm("Something went wrong on our side, and nothing was changed. Try again in a moment.");
  }
}

/** The request never got an answer. */
export const UNREACHABLE: Problem = {
  fields: {},
  form: "The server could not be reached. Check your connection, and try again.",
};

const inForm = (form: string): Problem => ({ fields: {}, form });
