import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { killWhenThisProcessDies } from "../../dev/guard.ts";
import { anyPort } from "../../dev/ports.ts";
import { ending } from "../../dev/processes.ts";
import { runProgram } from "../support/programs.ts";

export type Server = { pid: number; url: URL; stop(): Promise<void> };

/** The app, and the competitors' handlers in an app of the same Next, are built as for production. */
export async function build(): Promise<void> {
  for (const folder of [".", COMPETITORS]) await buildFolder(folder);
}

export async function buildFolder(folder: string): Promise<void> {
  const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" } as const;
  if ((await runProgram("next", ["build", folder], env)) !== 0) throw new Error(`${folder} does not build.`);
}

export const COMPETITORS = "tests/bench/app";
export const PEERS = "tests/bench/peers";

/** The peers are in no lock file of ours: their packages go into a folder of their own, when they are measured. */
export async function buildPeers(): Promise<void> {
  const npm = [
    "install",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--ignore-scripts",
    "--legacy-peer-deps",
  ];
  if (spawnSync("npm", npm, { cwd: PEERS, stdio: "inherit" }).status !== 0)
    throw new Error("npm could not install the peers.");
  if ((await runProgram("prisma", ["generate", "--schema", `${PEERS}/schema.prisma`])) !== 0)
    throw new Error("The peers' Prisma client could not be generated.");
  await buildFolder(PEERS);
}

const next = createRequire(import.meta.url).resolve("next/dist/bin/next");

/** Starts what is built in a folder on a port of its own, its log going to a file as to a platform's pipe. */
export async function startServer(folder: string, env: Record<string, string>): Promise<Server> {
  const port = await anyPort();
  mkdirSync("test-results", { recursive: true });
  const log = join("test-results", `bench-${port}.log`);
  const output = openSync(log, "w");
  const child = spawn(process.execPath, [next, "start", folder, "--port", String(port)], {
    env: { ...process.env, NODE_ENV: "production", ...env },
    stdio: ["ignore", output, output],
  });
  const pid = child.pid ?? 0;
  const release = killWhenThisProcessDies(pid, "TERM");
  const exited = ending(child);
  const crash = exited.then((how) => {
    throw new Error(`The server ended by itself: ${how}. It said:\n${readFileSync(log, "utf8")}`);
  });
  crash.catch(() => {}); // when it ends because the bench did
  const url = new URL(`http://127.0.0.1:${port}`);
  // Without a request: it would warm what is measured, and be a page's cold start, if only that of "not found".
  await Promise.race([untilListens(port), crash]);
  return {
    pid,
    url,
    async stop() {
      release();
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function untilListens(port: number): Promise<void> {
  while (!(await accepts(port))) await sleep(5);
}

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
