import { query } from "@/lib/pool";

/**
 * The trials table: who had a trial. Nothing else writes it. One trial a user, ever: it is recorded with the first row
 * of a subscription that has one, and neither the subscription's end, nor another plan, nor another customer takes it back.
 * @param given a set of subscriptions as they are to be
 * @param written the ids of those that were written
 */
export const recordTrials = (given: string, written: string) => `
  insert into trials (user_id, subscription_id, started_at)
  select c.user_id, s.id, s.trial_start
  from ${given} s join ${written} using (id) join customers c on c.id = s.customer_id
  where s.trial_start is not null and c.user_id is not null
  on conflict do nothing`;

/** Whether the user's one trial is used up, as far as the rows know. */
export async function hadTrial(userId: string): Promise<boolean> {
  return (await query("select from trials where user_id = $1", [userId])).length > 0;
}
