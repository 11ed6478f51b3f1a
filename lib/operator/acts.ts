import { db, type Prisma } from "../db";

/** The operator_acts table: what operators did. Nothing else writes it, and nothing changes or removes a row. */
export async function recordAct(act: {
  operator: string;
  action:
    | "looked at personal data"
    | "asked for a replay"
    | "took a replay back"
    | "synced"
    | "linked a customer"
    | "ended a subscription"
    | "became an operator"
    | "sent a mail again";
  target: string | null;
  detail?: Prisma.InputJsonObject;
}): Promise<void> {
  await db().operatorAct.create({ data: act });
}

export type Act = { id: string; at: Date; operator: string; action: string; target: string | null };

export const ACTS_PAGE = 50;

/**
 * The newest first.
 * @param before the id of the last one on the page before
 */
export async function listActs(before: string | null, target?: string): Promise<Act[]> {
  const rows = await db().operatorAct.findMany({
    where: {
      ...(target ? { target } : {}),
      ...(before && /^\d{1,18}$/.test(before) ? { id: { lt: BigInt(before) } } : {}),
    },
    orderBy: { id: "desc" },
    take: ACTS_PAGE,
    omit: { detail: true },
  });
  return rows.map((row) => ({ ...row, id: String(row.id) }));
}
