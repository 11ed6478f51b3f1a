import { rename } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "../..");

const bundles = new Map<string, Promise<string>>();

/**
 * A program of this repository and nearly all that it imports as one file: Node starts it in a third of the time, and some
 * tests start hundreds. It lies within the repository, so that what it still imports is found.
 * @param entry from the root, as `scripts/stripe-setup.ts`
 */
export function bundle(entry: string): Promise<string> {
  const made = bundles.get(entry) ?? make(entry);
  bundles.set(entry, made);
  return made;
}

async function make(entry: string): Promise<string> {
  const file = join(root, "test-results", `${entry.replace(/\W+/g, "-")}.mjs`);
  // Others make the same at the same time, and nobody may read half of it.
  const outfile = `${file}.${process.pid}`;
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    // The first is loaded when Prisma is first asked, and weighs more than all the rest; pdfkit reads files beside its own.
    external: ["@prisma/client/runtime/query_compiler_*", "pdfkit", "pg-native"],
    // Packages in CommonJS have these two without asking.
    banner: {
      js: 'import { createRequire as toRequire } from "node:module"; const require = toRequire(import.meta.url), __dirname = import.meta.dirname;',
    },
  });
  await rename(outfile, file);
  return file;
}
