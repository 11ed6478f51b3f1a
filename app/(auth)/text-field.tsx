import type { ReactNode } from "react";

type Props = {
  label: string;
  name: string;
  type?: "text" | "email" | "password";
  autoComplete: string;
  error: string | undefined;
  hint?: string | undefined;
  /** Goes after the error, for a way out of it. */
  children?: ReactNode;
};

/** An input with its label, and its hint or error tied to it, so that a screen reader reads them together. */
export function TextField({ label, name, type = "text", autoComplete, error, hint, children }: Props) {
  const noteId = `${name}-note`;
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={name} className="font-medium">
        {label}
      </label>
      <input
        id={name}
        name={name}
        type={type}
        autoComplete={autoComplete}
        required
        aria-invalid={error !== undefined}
        aria-describedby={error || hint ? noteId : undefined}
        autoCapitalize={type === "text" ? "words" : "none"}
        spellCheck={false}
        className="h-11 w-full rounded-lg border border-field bg-surface px-3 text-base aria-invalid:border-bad-line"
      />
      {error || hint ? (
        <p id={noteId} className={`text-sm ${error ? "text-bad" : "text-muted"}`}>
          {error ?? hint} {children}
        </p>
      ) : null}
    </div>
  );
}
