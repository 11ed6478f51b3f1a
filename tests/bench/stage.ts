import { TEST_ENV } from "../support/env.ts";
import { type BenchDatabase, startDatabase } from "./database.ts";
import { type Renewals, recordRenewals } from "./events.ts";
import { COMPETITORS, PEERS, type Server, startServer } from "./servers.ts";
import { type StripeApi, startStripeApi } from "./stripe-api.ts";

export type BenchOptions = { rounds: number; seconds: number; large: boolean; built: boolean };

/** Everything that is measured, and what stands around it: all on this machine, all gone afterwards. */
export type Stage = {
  renewals: Renewals;
  database: BenchDatabase;
  api: StripeApi;
  /** What lib/env.ts wants, but for the database. */
  env: Record<string, string>;
  /** The app as it is built, on a database of this address. */
  startApp(databaseUrl: string, env?: Record<string, string>): Promise<Server>;
  /** The handlers that it is compared with. */
  startOthers(databaseUrl: string, env?: Record<string, string>): Promise<Server>;
  /** The peers' own packages. */
  startPeers(databaseUrl: string, env: Record<string, string>): Promise<Server>;
};

export async function onStage<T>(use: (stage: Stage) => Promise<T>): Promise<T> {
  const stop: (() => unknown)[] = [];
  const start = async (folder: string, env: Record<string, string>) => {
    const server = await startServer(folder, env);
    stop.push(server.stop);
    return server;
  };
  try {
    const renewals = await recordRenewals();
    const database = await startDatabase();
    stop.push(database.stop);
    const api = await startStripeApi(renewals.retrieve);
    stop.push(api.close);
    const env = { ...TEST_ENV, STRIPE_API_BASE: api.url };
    return await use({
      renewals,
      database,
      api,
      env,
      startApp: (DATABASE_URL, more) => start(".", { ...env, ...more, DATABASE_URL }),
      startOthers: (DATABASE_URL, more) => start(COMPETITORS, { ...env, ...more, DATABASE_URL }),
      startPeers: (DATABASE_URL, more) => start(PEERS, { ...env, ...more, DATABASE_URL }),
    });
  } finally {
    for (const end of stop.reverse()) await end();
  }
}
