import { query } from "./pool";

const WINDOW_MS = 60_000;

/**
 * Counts an attempt at something, and says whether there were few enough of them within a minute from the first one. In the
 * auth library's own table, which tidies it up: by itself it counts what comes over its routes alone.
 */
export async function isAllowed(what: string, most: number): Promise<boolean> {
  const now = Date.now();
  const [row] = await query<{ count: number }>(
    `insert into rate_limits (id, key, count, last_request) values (gen_random_uuid(), $1, 1, $2)
     on conflict (key) do update set
       count = case when rate_limits.last_request > $3 then rate_limits.count + 1 else 1 end,
       last_request = case when rate_limits.last_request > $3 then rate_limits.last_request else $2 end
     returning count`,
    [what, now, now - WINDOW_MS],
  );
  return (row?.count ?? 0) <= most;
}

/**
 * Counts one more of what may be had few times a day, from the first one on, and says whether it was still to be had. What
 * is refused is not counted. In the auth library's `verifications`, which it tidies up by their end: its limits forget within
 * minutes.
 */
export async function takeOneOfToday(what: string, most: number): Promise<boolean> {
  const taken = await query(
    `insert into verifications as v (id, identifier, value, expires_at, updated_at)
     values ($1, $1, '1', now() + interval '1 day', now())
     on conflict (id) do update set updated_at = now(),
       value = case when v.expires_at > now() then v.value::int + 1 else 1 end,
       expires_at = case when v.expires_at > now() then v.expires_at else excluded.expires_at end
     where v.expires_at <= now() or v.value::int < $2
     returning id`,
    [what, most],
  );
  return taken.length > 0;
}

/** It was not had after all. */
export async function giveBackOneOfToday(what: string): Promise<void> {
  await query("update verifications set value = value::int - 1 where id = $1 and value::int > 0", [what]);
}
