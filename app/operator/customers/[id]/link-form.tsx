"use client";

import { useActionState } from "react";
import { BUTTON } from "../../../ui/button";
import { FIELD, Field } from "../../field";

export function LinkForm({ link }: { link: (address: string) => Promise<string> }) {
  const [words, submit, isPending] = useActionState(
    (_: string, form: FormData) => link(String(form.get("address"))),
    "",
  );
  return (
    <form action={submit} className="flex flex-wrap items-end gap-3">
      <div className="min-w-0 max-w-sm flex-1 basis-60">
        <Field label="The user's e-mail address" name="address">
          <input id="address" name="address" type="email" required className={FIELD} />
        </Field>
      </div>
      <button type="submit" disabled={isPending} className={BUTTON.quiet}>
        {isPending ? "One moment…" : "Give it to them"}
      </button>
      <p role="status" className="w-full text-muted empty:hidden">
        {words}
      </p>
    </form>
  );
}
