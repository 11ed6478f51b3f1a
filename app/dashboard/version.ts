import { createHash } from "node:crypto";
import type { BillingView } from "@/lib/billing/queries";
import type { Standing } from "@/lib/billing/standing";

/**
 * A short name for exactly what the dashboard and the payment banner above it show: another one means that there is
 * something new to see. The two are read side by side, so an event may come between them: each must be in the name whole.
 */
export function versionOf(view: BillingView, standing: Pick<Standing, "access" | "bill"> | null): string {
  return createHash("sha256")
    .update(JSON.stringify([view, standing?.access, standing?.bill]))
    .digest("base64url")
    .slice(0, 22);
}
