import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { build } from "esbuild";
import { TEST_ENV } from "./env";

/** The webhook's endpoint as a process of its own: one of several on a database, and one that can be killed. */
export type Endpoint = {
  url: string;
  process: ChildProcess;
  /** Works on what is due, as the scheduler asks for it. */
  drain(): Promise<number>;
  /** As a machine that loses its power: nothing is said goodbye to. */
  kill(): Promise<void>;
};

let bundle: Promise<string> | undefined;

/** The endpoint as one file: it starts in half the time, and some tests start hundreds. */
function bundled(): Promise<string> {
  bundle ??= makeBundle(`test-results/endpoint-${process.pid}.mjs`);
  return bundle;
}

async function makeBundle(outfile: string): Promise<string> {
  await build({
    entryPoints: ["tests/support/endpoint.server.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    // Next has no `exports`, so Node wants the file's whole name.
    alias: { "next/server": "next/server.js" },
  });
  process.once("exit", () => rmSync(outfile, { force: true }));
  return outfile;
}

/**
 * Starts the endpoint, with this process's environment and what is given besides.
 * @param preload a module that is loaded before everything else
 */
export async function startEndpoint(
  env: Record<string, string> = {},
  preload: readonly string[] = [],
): Promise<Endpoint> {
  const imports = preload.flatMap((name) => ["--import", name]);
  const child = spawn(process.execPath, [...imports, await bundled()], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  const [port] = await Promise.race([once(child.stdout, "data"), exited]);
  const url = `http://127.0.0.1:${Number(String(port).split("\n")[0])}`;
  return {
    url: `${url}/api/webhooks/stripe`,
    process: child,
    async drain() {
      const headers = { authorization: `Bearer ${TEST_ENV.CRON_SECRET}` };
      const response = await fetch(`${url}/api/cron/drain`, { headers });
      return response.status;
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
}
