"use client";

import { useState } from "react";
import type { Money } from "@/lib/billing/on-sale";
import { formatMoney } from "@/lib/format";
import { SeatsInput } from "../ui/seats-input";

type Props = { most: number; initial: number; each: Money | null; every: string };

/** How many seats, and what they come to. */
export function SeatsField({ most, initial, each, every }: Props) {
  const [seats, setSeats] = useState(String(initial));
  const count = Number(seats);
  const isValid = Number.isSafeInteger(count) && count >= 1 && count <= most;
  const sum = isValid && each && { ...each, amount: each.amount * count };
  return (
    <SeatsInput
      most={most}
      value={seats}
      onChange={({ target }) => {
        setSeats(target.value);
        keepInAddress(target.value);
      }}
      note={sum ? `${formatMoney(sum)} ${every}` : `From 1 to ${most}.`}
    />
  );
}

/** The way back from the payment, and a reload, find what was chosen. */
function keepInAddress(seats: string): void {
  const url = new URL(window.location.href);
  url.searchParams.set("seats", seats);
  window.history.replaceState(null, "", url);
}
