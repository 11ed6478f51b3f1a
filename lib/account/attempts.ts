import { query } from "../pool";

const WINDOW_MS = 60_000;

/**
 * Counts an attempt at something, and says whether there were few enough of them without a minute's rest. In the auth
 * library's own table, which tidies it up: by itself it counts what comes over its routes alone.
 */
export async function isAllowed(what: string, most: number): Promise<boolean> {
  const now = Date.now();
  const [row] = await query<{ count: number }>(
    `insert into rate_limits (id, key, count, last_request) values ($1, $1, 1, $2)
     on conflict (key) do update set last_request = $2,
       count = case when rate_limits.last_request > $3 then rate_limits.count + 1 else 1 end
     returning count`,
    [what, now, now - WINDOW_MS],
  );
  return (row?.count ?? 0) <= most;
}
