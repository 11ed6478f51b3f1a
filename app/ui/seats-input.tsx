import type { ComponentProps, ReactNode } from "react";

type Props = Pick<ComponentProps<"input">, "value" | "defaultValue" | "onChange"> & {
  most: number;
  /** What is to be said about it, under the field. */
  note: ReactNode;
};

/** How many seats. */
export function SeatsInput({ most, note, ...input }: Props) {
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor="seats" className="font-medium">
        Seats
      </label>
      <input
        {...input}
        id="seats"
        name="seats"
        type="number"
        inputMode="numeric"
        min={1}
        max={most}
        required
        aria-describedby="seats-note"
        className="h-11 w-28 rounded-lg border border-field bg-surface px-3 text-base tabular-nums"
      />
      <p id="seats-note" aria-live="polite" className="text-muted text-sm tabular-nums">
        {note}
      </p>
    </div>
  );
}
