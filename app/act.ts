import type { Route } from "next";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import type * as z from "zod";
import { type CurrentUser, requireUser } from "@/lib/session";

type Action<Given, Answer> = {
  /** Where whoever has to sign in first comes back to. */
  from: Route;
  schema: z.ZodType<Given>;
  /** @returns where the result shows */
  work: (user: CurrentUser, given: Given) => Promise<Route>;
  misread: (error: z.ZodError) => Answer;
  failed: (error: unknown, user: CurrentUser) => Answer;
};

/** What an action of a form is: who, then what, then one call, then on. A problem is answered to the form that asked. */
export async function act<Given, Answer>(
  form: FormData,
  { from, schema, work, misread, failed }: Action<Given, Answer>,
): Promise<Answer> {
  const user = await requireUser(from);
  const given = schema.safeParse(fieldsOf(form));
  if (!given.success) return misread(given.error);
  let to: Route;
  try {
    to = await work(user, given.data);
  } catch (error) {
    return failed(error, user);
  } finally {
    // The header and the banner stand in the layout, which a change of page alone does not render anew.
    revalidatePath("/", "layout");
  }
  redirect(to);
}

/** An action is an address that anybody can post to, also what is no form: nothing stands in that. */
export const fieldsOf = (form: FormData): Record<string, FormDataEntryValue> =>
  form instanceof FormData ? Object.fromEntries(form) : {};
