import { readFileSync } from "node:fs";

/**
 * Runs before dev.ts and what it imports: says so when node_modules is not what package-lock.json asks for, as after a
 * `git pull`, and stops. Next's builder panics over a package that is missing. npm writes down what it installed:
 * https://docs.npmjs.com/cli/configuring-npm/package-lock-json#hidden-lockfiles
 */

type Package = { version?: string; optional?: boolean; devOptional?: boolean; peer?: boolean };

/** What a lockfile lists, by its place; null where there is none, as with other package managers. */
function readPackages(file: string): Record<string, Package> | null {
  try {
    const { packages }: { packages?: Record<string, Package> } = JSON.parse(readFileSync(file, "utf8"));
    return packages ?? null;
  } catch {
    return null;
  }
}

/** What is not for this machine is not installed. */
const mayBeAbsent = ({ optional, devOptional, peer }: Package) => Boolean(optional || devOptional || peer);

const wanted = readPackages("package-lock.json");
const installed = readPackages("node_modules/.package-lock.json");
if (wanted && installed) {
  const stale = Object.entries(wanted).filter(([place, one]) => {
    const has = installed[place];
    return place !== "" && (has ? has.version !== one.version : !mayBeAbsent(one));
  });
  const [first] = stale;
  if (first) {
    const more = stale.length > 1 ? ` and ${stale.length - 1} more` : "";
    console.error(
      `node_modules is not what package-lock.json asks for (${first[0].replace("node_modules/", "")}${more}): run npm install, then this again.`,
    );
    process.exit(1);
  }
}
