import { db, type Tx } from "@/lib/db";

/**
 * The trials table: who had a trial. Nothing else writes it. One trial a user, ever: it is recorded with the first row
 * of a subscription that has one, and neither the subscription's end, nor another plan, nor another customer takes it back.
 */
export async function recordTrial(
  tx: Tx,
  { id, customerId, trialStart }: { id: string; customerId: string | null; trialStart: Date | null },
): Promise<void> {
  if (trialStart === null || customerId === null) return;
  const customer = await tx.customer.findUnique({ where: { id: customerId }, select: { userId: true } });
  if (!customer?.userId) return;
  await tx.trial.createMany({
    data: [{ userId: customer.userId, subscriptionId: id, startedAt: trialStart }],
    skipDuplicates: true,
  });
}

/** Whether the user's one trial is used up, as far as the rows know. */
export async function hadTrial(userId: string): Promise<boolean> {
  return (await db().trial.findUnique({ where: { userId } })) !== null;
}
