import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { SchemaEngine, __wbg_set_wasm as setWasm } from "@prisma/schema-engine-wasm/schema_engine_bg";
import { MigrationAdapterFactory } from "./adapter.ts";

/**
 * Runs Prisma's schema engine on a database: the code behind `prisma migrate`, as WebAssembly, so that nothing is
 * downloaded but packages from npm. Its connections are closed afterwards.
 * @throws Error the engine's words, with Postgres's own error as the cause where there was one
 */
export async function withEngine<T>(
  databaseUrl: string,
  use: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  loaded ??= loadEngine();
  await loaded;
  const factory = new MigrationAdapterFactory(databaseUrl);
  const adapter = bindMigrationAwareSqlAdapterFactory(factory);
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => {}, adapter);
  try {
    return await use(engine);
  } catch (error) {
    // What happened inside the adapter reaches the engine as a number only.
    const id = error instanceof Error && /External error id#(\d+)/.exec(error.message)?.[1];
    const record = id ? adapter.errorRegistry.consumeError(Number(id)) : undefined;
    if (record?.error instanceof Error) throw record.error;
    throw error;
  } finally {
    engine.free();
    await factory.close();
  }
}

let loaded: Promise<void> | undefined;

/** Node 20 cannot `import` a .wasm file, which is what the package's own entry does. */
async function loadEngine(): Promise<void> {
  // Where the engine reports a panic; without it one would read only that a property of undefined was asked for.
  const set_message = (message: string) => {
    throw new Error(`Prisma's schema engine failed: ${message}`);
  };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message } });
  const glue = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const bytes = await readFile(join(dirname(glue), "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": { ...bindings } });
  setWasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start !== "function") throw new Error("This is not the schema engine that Prisma ships.");
  start();
}
