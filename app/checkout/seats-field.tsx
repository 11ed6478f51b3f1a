"use client";

import { useState } from "react";
import type { Money } from "@/lib/billing/on-sale";
import { formatMoney } from "@/lib/format";

type Props = { most: number; initial: number; each: Money | null; every: string };

/** How many seats, and what they come to. */
export function SeatsField({ most, initial, each, every }: Props) {
  const [seats, setSeats] = useState(String(initial));
  const count = Number(seats);
  const isValid = Number.isSafeInteger(count) && count >= 1 && count <= most;
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor="seats" className="font-medium">
        Seats
      </label>
      <input
        id="seats"
        name="seats"
        type="number"
        inputMode="numeric"
        min={1}
        max={most}
        required
        value={seats}
        onChange={(event) => setSeats(event.target.value)}
        aria-describedby="seats-note"
        className="h-11 w-28 rounded-lg border border-field bg-surface px-3 text-base tabular-nums"
      />
      <p id="seats-note" aria-live="polite" className="text-muted text-sm tabular-nums">
        {isValid && each
          ? `${formatMoney({ ...each, amount: each.amount * count })} ${every}`
          : `From 1 to ${most}.`}
      </p>
    </div>
  );
}
