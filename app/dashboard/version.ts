import { createHash } from "node:crypto";
import type { BillingView } from "@/lib/billing/queries";

/**
 * A short name for exactly what the dashboard and the payment banner above it show: another one means that there is
 * something new to see.
 */
export function versionOf(view: BillingView): string {
  return createHash("sha256").update(JSON.stringify(view)).digest("base64url").slice(0, 22);
}
