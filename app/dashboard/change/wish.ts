import * as z from "zod";
import { CADENCES, type Cadence, PLANS } from "@/lib/billing/plans";

export type Choice = { plan: string; cadence: Cadence; seats: number };

const wish = z.object({
  plan: z.enum(PLANS.map(({ key }) => key)),
  cadence: z.enum(CADENCES),
  seats: z.coerce.number().int().min(1).max(100_000),
});

/** What the address asks for, or null where it asks for nothing, or for nothing that there is. */
export function readWish(
  params: Record<string, string | string[] | undefined>,
  current: Choice,
): Choice | null {
  if (params.plan === undefined && params.seats === undefined) return null;
  const { plan = current.plan, cadence = current.cadence, seats = current.seats } = params;
  return wish.safeParse({ plan, cadence, seats }).data ?? null;
}
