import { PrismaPg } from "@prisma/adapter-pg";
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import { Pool, type QueryArrayConfig, types } from "pg";
import { createDatabase, dropDatabase, throwawayName } from "./databases.ts";

const { CHAR, TEXT } = types.builtins;

/**
 * What the schema engine talks to Postgres through: `@prisma/adapter-pg`, with three of its ways changed.
 *
 * - It does not know the type "char", which Postgres's catalogue is full of and which the engine reads.
 * - It cuts a script at every semicolon, also at one inside a string or a function's body, and runs the pieces one by
 *   one. Here a migration is one message, and therefore one transaction: all of it or nothing.
 * - Its shadow database is the real one when the address is a URL, because in node-postgres the URL wins.
 */
export class MigrationAdapterFactory implements SqlMigrationAwareDriverAdapterFactory {
  readonly provider = "postgres";
  readonly adapterName = "@prisma/adapter-pg";
  readonly #url: string;
  readonly #open = new Set<SqlDriverAdapter>();

  constructor(url: string) {
    this.#url = url;
  }

  async connect(): Promise<SqlDriverAdapter> {
    return await this.#connect(this.#url);
  }

  async connectToShadowDb(): Promise<SqlDriverAdapter> {
    const name = throwawayName("shadow");
    return await this.#connect(await createDatabase(this.#url, name), () => dropDatabase(this.#url, name));
  }

  /** Closes what the engine left open, and with it gives back the engine's advisory lock. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((adapter) => adapter.dispose()));
  }

  async #connect(url: string, cleanUp: () => Promise<void> = async () => {}): Promise<SqlDriverAdapter> {
    // One connection, for the engine takes a lock that belongs to the session.
    const pool = new Pool({ connectionString: url, max: 1 });
    const query = pool.query.bind(pool);
    const charColumns = new WeakMap<object, Set<number>>();
    const charAsText = async (config: QueryArrayConfig) => {
      const result = await query(config);
      const chars = new Set<number>();
      for (const [at, field] of result.fields.entries()) {
        if (field.dataTypeID !== CHAR) continue;
        field.dataTypeID = TEXT;
        chars.add(at);
      }
      charColumns.set(result.rows, chars);
      return result;
    };
    const adapter = await new PrismaPg(Object.assign(pool, { query: charAsText })).connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (params) => {
      const result = await queryRaw(params);
      const chars = charColumns.get(result.rows);
      const columnTypes = result.columnTypes.map((type, at) =>
        chars?.has(at) ? ColumnTypeEnum.Character : type,
      );
      return { ...result, columnTypes };
    };
    adapter.executeScript = async (script) => void (await query(script));
    adapter.dispose = async () => {
      if (!this.#open.delete(adapter)) return;
      await pool.end();
      await cleanUp();
    };
    this.#open.add(adapter);
    return adapter;
  }
}
