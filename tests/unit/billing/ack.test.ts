import { expect, it } from "vitest";
import { noteAck, readAckLatency } from "@/lib/billing/webhook/ack";

it("how long answers took is told by percentiles of the newest thousand, and not before the first", () => {
  expect(readAckLatency()).toBeNull();
  noteAck(7);
  expect(readAckLatency()).toEqual({ p50: 7, p95: 7, p99: 7, of: 1 });
  // The slow one is forgotten: a thousand have come since.
  noteAck(60_000);
  for (let ms = 1000; ms > 0; ms -= 1) noteAck(ms);
  expect(readAckLatency()).toEqual({ p50: 501, p95: 951, p99: 991, of: 1000 });
});
