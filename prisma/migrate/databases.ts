import { randomBytes } from "node:crypto";
import { Client } from "pg";

/** The same server and user, another database. */
function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}

/**
 * Runs `use` on one connection and closes it.
 * @throws DatabaseUnreachableError in words that say what to look at
 */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A connection that breaks while idle fails the next query; without a listener it would end the process.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (cause) {
    await client.end().catch(() => {});
    throw DatabaseUnreachableError.because(url, cause);
  }
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Makes a database, empty or as a copy of `template`, which nobody may be connected to. */
export async function createDatabase(serverUrl: string, name: string, template?: string): Promise<string> {
  await withClient(serverUrl, (client) =>
    client.query(
      `create database ${client.escapeIdentifier(name)}` +
        (template ? ` template ${client.escapeIdentifier(template)}` : ""),
    ),
  );
  return withDatabase(serverUrl, name);
}

/** Makes a database unless it is there. Returns its address. */
export async function ensureDatabase(serverUrl: string, name: string): Promise<string> {
  const found = await withClient(serverUrl, (client) =>
    client.query("select 1 from pg_database where datname = $1", [name]),
  );
  return found.rowCount ? withDatabase(serverUrl, name) : await createDatabase(serverUrl, name);
}

/** Removes a database if it is there, ending the sessions on it. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await withClient(serverUrl, (client) =>
    client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`),
  );
}

/** A name that no other run uses. */
export const throwawayName = (prefix: string) => `${prefix}_${randomBytes(6).toString("hex")}`;

export class DatabaseUnreachableError extends Error {
  override name = "DatabaseUnreachableError";

  static because(url: string, cause: unknown): DatabaseUnreachableError {
    const { hostname, port, pathname } = new URL(url);
    const place = `${hostname}:${port || 5432}${pathname}`;
    // Node reports one error for each address that it tried, and then the outer one has no message.
    const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
    const reason = inner instanceof Error ? inner.message : String(inner);
    return new DatabaseUnreachableError(
      `Cannot connect to the database at ${place}: ${reason}.\n` +
        "Is the server running, does the database exist, and is DATABASE_URL right?",
      { cause },
    );
  }
}
