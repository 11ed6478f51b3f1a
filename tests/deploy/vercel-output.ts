import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";

const VERCEL = "vercel@60.1.3";
const PROJECT = {
  projectId: "prj_local",
  orgId: "team_local",
  settings: { framework: "nextjs", nodeVersion: "24.x" },
};

const functionConfig = z.object({
  runtime: z.string(),
  handler: z.string(),
  maxDuration: z.number().optional(),
  filePathMap: z.record(z.string(), z.string()).default({}),
});

export type BuiltFunction = {
  config: z.output<typeof functionConfig>;
  folder: string;
  /** Where its files come from, by their place in the function. */
  files: [place: string, source: string][];
  /** All of its files together. */
  bytes: number;
};

/**
 * Builds what is committed with Vercel's own CLI, in a clone, without an account, a database or a secret.
 * @returns the folder of the clone; the build is in its .vercel/output
 */
export function buildForVercel(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), "vercel-"));
  const clone = join(folder, "app");
  execFileSync("git", ["clone", "--quiet", root, clone]);
  cpSync(join(root, "node_modules"), join(clone, "node_modules"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  mkdirSync(join(clone, ".vercel"));
  writeFileSync(join(clone, ".vercel/project.json"), JSON.stringify(PROJECT));
  const kept = ["PATH", "HOME", "CI"].flatMap((name) => [[name, process.env[name]] as const]);
  execFileSync("npx", ["--yes", VERCEL, "build", "--prod", "--yes"], {
    cwd: clone,
    env: {
      ...Object.fromEntries(kept),
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      VERCEL_TELEMETRY_DISABLED: "1",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return clone;
}

export function readFunction(clone: string, path: string): BuiltFunction {
  const folder = join(clone, ".vercel/output/functions", `${path}.func`);
  const config = functionConfig.parse(JSON.parse(readFileSync(join(folder, ".vc-config.json"), "utf8")));
  const files = Object.entries(config.filePathMap).map(
    ([place, source]) => [place, join(clone, source)] satisfies [string, string],
  );
  const bytes = files.reduce((sum, [, source]) => sum + (existsSync(source) ? statSync(source).size : 0), 0);
  return { config, folder, files, bytes };
}

/** Puts a function's files where its runtime would find them. */
export function layOut({ folder, files }: BuiltFunction): string {
  const place = mkdtempSync(join(tmpdir(), "function-"));
  cpSync(folder, place, { recursive: true, dereference: true });
  for (const [name, source] of files) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    cpSync(source, join(place, name), { recursive: true, dereference: true });
  }
  return place;
}
