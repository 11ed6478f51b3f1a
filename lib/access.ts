import "server-only";
import type { Route } from "next";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { FeatureKey } from "./billing/plans";
import { readBilling } from "./billing/queries";
import type { Standing } from "./billing/standing";
import { currentUser } from "./session";

/** A user's billing, read once for each request, however many gates and parts of the page ask. */
export const billingOf = cache((userId: string) => readBilling(userId, new Date()));

/** How whoever is signed in stands, or null for nobody. */
export async function currentStanding(): Promise<Standing | null> {
  const user = await currentUser();
  return user && billingOf(user.id);
}

/**
 * For pages and actions: lets those pass whose plan has the feature. Others are led to what it takes, or to sign in.
 */
export async function requireAccess(feature: FeatureKey, returnTo: Route): Promise<Standing> {
  const standing = await currentStanding();
  if (!standing) redirect(`/sign-in?from=${encodeURIComponent(returnTo)}`);
  if (!standing.features.has(feature)) redirect(`/upgrade?${new URLSearchParams({ feature })}`);
  return standing;
}

/**
 * For routes, whose callers follow no redirect: the standing of those whose plan has the feature, or the answer for the
 * others.
 */
export async function checkAccess(feature: FeatureKey): Promise<Standing | Response> {
  const standing = await currentStanding();
  if (!standing) return refuse(401, "Nobody is signed in.");
  if (!standing.features.has(feature)) return refuse(403, "The plan does not have this feature.");
  return standing;
}

const refuse = (status: number, error: string) =>
  Response.json({ error }, { status, headers: { "cache-control": "private, no-store" } });
