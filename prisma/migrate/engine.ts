import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { SchemaEngine, __wbg_set_wasm as setWasm } from "@prisma/schema-engine-wasm/schema_engine_bg";
import { MigrationAdapterFactory } from "./adapter.ts";

/** The error that the engine's error stands for: what failed inside the adapter reaches the engine as a number. */
export type CauseOf = (error: unknown) => unknown;

/**
 * Runs Prisma's schema engine on a database: the code behind `prisma migrate`, as WebAssembly, so that nothing is
 * downloaded but packages from npm. Its connections are closed afterwards.
 */
export async function withEngine<T>(
  databaseUrl: string,
  use: (engine: SchemaEngine, causeOf: CauseOf) => Promise<T>,
): Promise<T> {
  loaded ??= loadEngine();
  await loaded;
  const factory = new MigrationAdapterFactory(databaseUrl);
  const adapter = bindMigrationAwareSqlAdapterFactory(factory);
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => {}, adapter);
  const causeOf: CauseOf = (error) => {
    const id = error instanceof Error ? /External error id#(\d+)/.exec(error.message)?.[1] : undefined;
    return (id ? adapter.errorRegistry.consumeError(Number(id))?.error : undefined) ?? error;
  };
  try {
    return await use(engine, causeOf).catch((error) => {
      throw causeOf(error);
    });
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
  const imports = Object.fromEntries(
    Object.entries(bindings).map(([name, binding]) => [name, timerName.test(name) ? idleTimer : binding]),
  );
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": imports });
  setWasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start !== "function") throw new Error("This is not the schema engine that Prisma ships.");
  start();
}

// The engine gives up on its lock after 10 seconds and never takes that timer back. It must not keep us waiting.
const timerName = /^__wbg_setTimeout_/;
const idleTimer = (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds).unref();
