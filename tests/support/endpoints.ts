import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { bundle } from "./bundle";

/** The webhook's endpoint as a process of its own: one of several on a database, and one that can be killed. */
export type Endpoint = {
  url: string;
  process: ChildProcess;
  /** Works on what is due, and on nothing else: what a scheduler mends besides would hide what a drain left undone. */
  drain(): Promise<void>;
  /** Does one work by itself, as `recover` or `sync/sub_1` (endpoint.server.ts). @returns whether it went well */
  work(path: string): Promise<boolean>;
  /** As a machine that loses its power: nothing is said goodbye to. */
  kill(): Promise<void>;
};

/**
 * Starts the endpoint, with this process's environment and what is given besides.
 * @param preload a module that is loaded before everything else
 */
export async function startEndpoint(
  env: Record<string, string> = {},
  preload: readonly string[] = [],
): Promise<Endpoint> {
  const imports = preload.flatMap((name) => ["--import", name]);
  const child = spawn(process.execPath, [...imports, await bundle("tests/support/endpoint.server.ts")], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  const [port] = await Promise.race([once(child.stdout, "data"), exited]);
  if (child.exitCode !== null) throw new Error("The endpoint ended before it listened.");
  const url = `http://127.0.0.1:${Number(String(port).split("\n")[0])}`;
  const work = async (path: string) => {
    const answer = await fetch(`${url}/${path}`);
    await answer.text();
    return answer.ok;
  };
  return {
    url: `${url}/api/webhooks/stripe`,
    process: child,
    async drain() {
      await work("drain");
    },
    work,
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
}
