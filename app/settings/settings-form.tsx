"use client";

import { useActionState, useEffect, useRef } from "react";
import { TextField } from "../(auth)/text-field";
import { BUTTON } from "../ui/button";
import type { Answer } from "./answer";

type Field = {
  name: string;
  label: string;
  type: "text" | "email" | "password";
  autoComplete: string;
  value?: string;
  hint?: string;
};

type Props = {
  /** Comes before the names of its fields: there are several forms on a page. */
  id: string;
  action: (before: Answer, form: FormData) => Promise<Answer>;
  fields?: readonly Field[];
  /** Sent along, unseen. */
  hidden?: Record<string, string>;
  /** Whose password is asked for, so that a password manager knows. */
  account?: string;
  look?: keyof typeof BUTTON;
  label: string;
};

/** A form about one's account. Works without scripts, and only once while it is under way. */
export function SettingsForm({
  id,
  action,
  fields = [],
  hidden = {},
  account,
  look = "quiet",
  label,
}: Props) {
  const [answer, submit, isPending] = useActionState(action, null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (answer) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [answer]);
  return (
    <form ref={form} action={submit} noValidate className="flex max-w-sm flex-col items-start gap-4">
      {account ? (
        <input hidden type="text" name="username" autoComplete="username" value={account} readOnly />
      ) : null}
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {fields.map(({ name, value, ...field }) => (
        <TextField
          key={name}
          {...field}
          id={`${id}-${name}`}
          name={name}
          value={answer?.typed[name] ?? value}
          error={answer?.fields[name]}
        />
      ))}
      <button
        type="submit"
        disabled={isPending}
        className={`${BUTTON[look]} disabled:opacity-70 max-sm:w-full`}
      >
        {isPending ? "One moment…" : label}
      </button>
      <div role="alert" className="empty:hidden">
        {answer?.form ? (
          <p className="rounded-lg border border-bad-line bg-bad-soft px-4 py-3 text-bad">{answer.form}</p>
        ) : null}
      </div>
    </form>
  );
}
