import { createHash } from "node:crypto";
import type { BillingView } from "@/lib/billing/queries";
import type { Standing } from "@/lib/billing/standing";

/**
 * A short name for exactly what the dashboard and the payment banner above it show: another one means that there is
 * something new to see.
 */
export function versionOf(view: BillingView, { bill }: Pick<Standing, "bill">): string {
  return createHash("sha256")
    .update(JSON.stringify([view, bill]))
    .digest("base64url")
    .slice(0, 22);
}
