const KEPT = 1000;

// On globalThis, for the pages and the endpoint are bundled apart, and live in one process.
const holder = globalThis as typeof globalThis & { ackTimes?: number[] };

/** Remembers how long the answer to a delivery took, in milliseconds: of this process, and the newest thousand alone. */
export function noteAck(ms: number): void {
  holder.ackTimes ??= [];
  holder.ackTimes.push(ms);
  if (holder.ackTimes.length > KEPT) holder.ackTimes.shift();
}

/** Null where this process has answered no delivery yet. */
export function readAckLatency(): { p50: number; p95: number; p99: number; of: number } | null {
  const sorted = (holder.ackTimes ?? []).toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return sorted.length > 0 ? { p50: at(0.5), p95: at(0.95), p99: at(0.99), of: sorted.length } : null;
}
