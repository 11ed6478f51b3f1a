import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { killWhenThisProcessDies } from "./guard.ts";
import { anyPort, freePort } from "./ports.ts";
import { postgresBinaries } from "./postgres-binaries.ts";
import { type PostgresUser, postgresUser } from "./postgres-user.ts";
import { ending, isAlive } from "./processes.ts";

export type Postgres = {
  /** Its maintenance database, as a superuser. */
  url: string;
  port: number;
  /** False when another process runs it, and `stop` leaves it alone. */
  startedHere: boolean;
  stop: () => Promise<void>;
  /** Settles when the server ends, wanted or not, with what it ended with. Never for one that another process runs. */
  exited: Promise<string>;
};

export type PostgresOptions = {
  /** Where the cluster is, or is to be made. */
  dataDir: string;
  logFile: string;
  /** Where to look for a free port first. */
  port?: number;
  /** Settings for the server: `{ fsync: "off" }`. */
  settings?: Record<string, string>;
};

// It listens on this machine alone, and a development database holds nothing secret.
const urlAt = (port: number) => `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`;

/**
 * Starts a real Postgres from npm's binaries, making the cluster at the first time. Quiet: it writes to `logFile`.
 * A cluster that already runs is used as it is.
 * @throws Error in words for the person at the keyboard
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dataDir, logFile } = options;
  mkdirSync(dirname(dataDir), { recursive: true });
  mkdirSync(dirname(logFile), { recursive: true });
  const running = await findRunning(dataDir);
  if (running) {
    const exited = new Promise<string>(() => {});
    return { url: urlAt(running.port), port: running.port, startedHere: false, stop: async () => {}, exited };
  }
  const { initdb, postgres } = postgresBinaries();
  const user = postgresUser([initdb, dataDir]);
  if (!existsSync(join(dataDir, "PG_VERSION"))) initialise(initdb, user, dataDir);

  const port = options.port ? await freePort(options.port) : await anyPort();
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    ...options.settings,
  };
  const [program, args] = user.command(postgres, [
    "-D",
    dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  const log = openSync(logFile, "a");
  // Detached: Ctrl-C in the terminal must reach us alone, so that the app stops before its database.
  const child = spawn(program, args, { ...user.identity, detached: true, stdio: ["ignore", log, log] });
  const exited = ending(child);
  const release = child.pid ? killWhenThisProcessDies(child.pid, "INT") : () => {};
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  const started = Date.now();
  while (!(await serves(port, dataDir))) {
    if (ended || Date.now() - started > 60_000) {
      release();
      child.kill("SIGINT");
      throw new Error(`Postgres did not start. The end of ${logFile}:\n${tail(logFile)}`);
    }
    await sleep(30);
  }
  child.unref();
  return {
    url: urlAt(port),
    port,
    startedHere: true,
    stop: async () => {
      release();
      child.ref();
      child.kill("SIGINT"); // Postgres's "fast" shutdown: ends sessions, loses nothing
      await exited;
    },
    exited,
  };
}

function initialise(initdb: string, user: PostgresUser, dataDir: string): void {
  // Made beside and renamed, so that an interrupted first start leaves no half of a cluster behind.
  const unfinished = `${dataDir}.new`;
  const passwordFile = `${dataDir}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  user.own(unfinished);
  writeFileSync(passwordFile, "postgres\n", { mode: 0o600 });
  user.own(passwordFile);
  const [program, args] = user.command(initdb, [
    `--pgdata=${unfinished}`,
    "--username=postgres",
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // The same order of text on every machine, whatever its locales.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-sync",
    "--no-instructions",
  ]);
  const made = spawnSync(program, args, { ...user.identity, encoding: "utf8" });
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) {
    throw new Error(`Postgres could not make its data folder ${dataDir}:\n${made.stderr || made.error}`);
  }
  renameSync(unfinished, dataDir);
}

/**
 * Whether a server already runs on this cluster. A `postmaster.pid` alone proves nothing: it stays behind after a
 * SIGKILL, and its process id may belong to anybody by now.
 */
async function findRunning(dataDir: string): Promise<{ port: number } | undefined> {
  const file = join(dataDir, "postmaster.pid");
  const started = Date.now();
  for (;;) {
    const [pid, , , port] = existsSync(file) ? readFileSync(file, "utf8").split("\n").map(Number) : [];
    if (!pid || !isAlive(pid)) return undefined;
    if (port && (await serves(port, dataDir))) return { port };
    if (Date.now() - started > 5_000) {
      // Alive and silent: the id was given to another program, over whose file Postgres itself would refuse to start.
      // Unless its port is taken; then it may be a server with much to recover, and a second one would do damage.
      if (port && (await freePort(port)) !== port) throw new Error(unclear(pid, dataDir, file));
      rmSync(file, { force: true });
      return undefined;
    }
    await sleep(100);
  }
}

const unclear = (pid: number, dataDir: string, file: string) =>
  `Process ${pid} seems to be a Postgres on ${dataDir}, yet it does not answer. Wait for it or stop it; ` +
  `if it is another program, delete ${file}.`;

async function serves(port: number, dataDir: string): Promise<boolean> {
  // A server that is not up refuses at once. One that is, on a busy machine, may take its time.
  const client = new Client({ connectionString: urlAt(port), connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>("show data_directory");
    return rows[0]?.data_directory === dataDir;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function tail(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-12).join("\n");
}
