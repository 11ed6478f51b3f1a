import { type Client, DatabaseError } from "pg";

const INSUFFICIENT_PRIVILEGE = "42501";

/**
 * Makes UTC the time zone of every new session on the database, for sessions through a pooler that drops what lib/db.ts
 * asks for: docs/decisions/0003.
 * @returns a note for a person where the user may not do that, else null
 */
export async function setUtc(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>("select current_database() as name");
  const database = client.escapeIdentifier(rows[0]?.name ?? "");
  try {
    await client.query(`alter database ${database} set timezone to 'UTC'`);
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    return `Its owner should run: alter database ${database} set timezone to 'UTC'. A pooler may need that.`;
  }
}
