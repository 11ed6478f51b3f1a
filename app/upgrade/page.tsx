import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { currentStanding } from "@/lib/access";
import { FEATURES, type FeatureKey } from "@/lib/billing/plans";
import { Upgrade } from "../ui/upgrade";

export const metadata: Metadata = { title: "Upgrade", robots: { index: false } };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Where a gate leads: what the feature takes. Whoever has it by now goes on to what they have. */
export default async function UpgradePage({ searchParams }: PageProps) {
  const { feature } = await searchParams;
  if (!isFeature(feature)) redirect("/#pricing");
  const standing = await currentStanding();
  if (standing?.features.has(feature)) redirect("/dashboard");
  return (
    <div className="mx-auto w-full max-w-5xl px-5 pt-16 sm:px-8">
      <Upgrade feature={feature} standing={standing} as="h1" />
    </div>
  );
}

const isFeature = (value: unknown): value is FeatureKey =>
  typeof value === "string" && Object.hasOwn(FEATURES, value);
