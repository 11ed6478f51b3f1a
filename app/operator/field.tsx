import type { ReactNode } from "react";

export const FIELD = "h-11 w-full min-w-0 rounded-lg border border-field bg-surface px-3 text-base";

/** A form field under its label. */
export function Field({ label, name, children }: { label: string; name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={name} className="font-medium">
        {label}
      </label>
      {children}
    </div>
  );
}
