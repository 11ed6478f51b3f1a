import type { ReactNode } from "react";
import { currentStanding } from "@/lib/access";
import type { FeatureKey } from "@/lib/billing/plans";
import { Upgrade } from "./upgrade";

type Props = {
  feature: FeatureKey;
  /** In place of what is behind the gate; the way to the plan that has it unless said otherwise. */
  fallback?: ReactNode;
  children: ReactNode;
};

/**
 * A part of a page that only some plans have. What is behind it does not leave the server unless it is open; the data it
 * would show must be asked for inside of it, or behind requireAccess.
 */
export async function Gate({ feature, fallback, children }: Props) {
  const standing = await currentStanding();
  if (standing?.features.has(feature)) return children;
  return fallback ?? <Upgrade feature={feature} standing={standing} />;
}
