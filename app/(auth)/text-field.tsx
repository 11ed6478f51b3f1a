import type { ReactNode } from "react";

type Props = {
  label: string;
  name: string;
  /** The name, unless another field of the page has the same. */
  id?: string;
  type?: "text" | "email" | "password";
  autoComplete: string;
  /** What stands there at first. */
  value?: string | undefined;
  error: string | undefined;
  hint?: string | undefined;
  /** Goes after the error, for a way out of it. */
  children?: ReactNode;
};

/** An input with its label, and its hint or error tied to it, so that a screen reader reads them together. */
export function TextField({
  label,
  name,
  id = name,
  type = "text",
  autoComplete,
  value,
  error,
  hint,
  children,
}: Props) {
  const noteId = `${id}-note`;
  return (
    <div className="flex w-full flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <input
        id={id}
        name={name}
        type={type}
        autoComplete={autoComplete}
        defaultValue={value}
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
