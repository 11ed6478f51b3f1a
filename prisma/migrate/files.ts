import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  MigrationList,
  SchemaFilter,
  SchemasContainer,
} from "@prisma/schema-engine-wasm/schema_engine_bg";

/** Where the schema and its migrations are. */
export type Files = { schema: string; migrations: string };

const prisma = join(dirname(fileURLToPath(import.meta.url)), "..");
export const FILES: Files = { schema: join(prisma, "schema.prisma"), migrations: join(prisma, "migrations") };

/** Every table and enum is ours: none is left to others to manage. */
export const EVERYTHING: SchemaFilter = { externalTables: [], externalEnums: [] };

const LOCK = "migration_lock.toml";
const LOCK_CONTENT = '# Prisma reads this. It belongs into version control.\nprovider = "postgresql"\n';

/** The migrations of a folder, oldest first, in the engine's words. A missing folder has none. */
export async function readMigrations(folder: string): Promise<MigrationList> {
  const lock = join(folder, LOCK);
  const entries = existsSync(folder) ? await readdir(folder, { withFileTypes: true }) : [];
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  return {
    baseDir: folder,
    lockfile: { path: LOCK, content: existsSync(lock) ? await readFile(lock, "utf8") : LOCK_CONTENT },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(
      names.map(async (path) => ({
        path,
        migrationFile: {
          path: "migration.sql",
          content: await contentOf(join(folder, path, "migration.sql")),
        },
      })),
    ),
  };
}

async function contentOf(file: string) {
  try {
    return { tag: "ok", value: await readFile(file, "utf8") } as const;
  } catch (error) {
    return { tag: "error", value: String(error) } as const;
  }
}

/** A schema file in the engine's words. */
export async function readSchema(path: string): Promise<SchemasContainer> {
  return { files: [{ path, content: await readFile(path, "utf8") }] };
}

/** Adds a migration to the folder, and the lock file that names the kind of database. Returns its path. */
export async function writeMigration(folder: string, name: string, script: string): Promise<string> {
  await mkdir(join(folder, name), { recursive: true });
  const lock = join(folder, LOCK);
  if (!existsSync(lock)) await writeFile(lock, LOCK_CONTENT);
  const file = join(folder, name, "migration.sql");
  await writeFile(file, script, { flag: "wx" });
  return file;
}
