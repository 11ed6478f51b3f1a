import { spawn, spawnSync } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { killWhenThisProcessDies } from "@/dev/guard";
import { anyPort } from "@/dev/ports";
import { firstProgram } from "@/dev/postgres-binaries";
import { postgresUser } from "@/dev/postgres-user";
import { ending } from "@/dev/processes";

const findPgBouncer = () => {
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/sbin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
  ];
  return firstProgram(folders.filter(Boolean).map((folder) => join(folder, "pgbouncer")));
};

/** Finds a PgBouncer, or installs Debian's where that is ours to do. Says aloud where there is none, and returns null. */
export function ensurePgBouncer(): string | null {
  if (!findPgBouncer() && process.getuid?.() === 0 && firstProgram(["/usr/bin/apt-get"])) {
    console.log("There is no PgBouncer here yet. Installing it…");
    apt("install") || (apt("update") && apt("install"));
  }
  const program = findPgBouncer() ?? null;
  if (program === null)
    process.stdout.write(
      "LEFT OUT: the tests behind PgBouncer, as there is none here. Install it: apt-get install pgbouncer, or brew install pgbouncer.\n",
    );
  return program;
}

function apt(command: "install" | "update"): boolean {
  const what = command === "install" ? ["-y", "--no-install-recommends", "pgbouncer"] : [];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status } = spawnSync("apt-get", ["-o", "DPkg::Lock::Timeout=120", command, ...what], {
    env,
    timeout: 300_000,
  });
  return status === 0;
}

export type PgBouncer = {
  /** The same database, through the pooler. */
  urlOf(directUrl: string): string;
  stop(): Promise<void>;
};

/**
 * Starts a PgBouncer in transaction mode before a Postgres of this machine: each statement, or transaction, gets whichever
 * of a few sessions is free.
 * @param options.sessions how many sessions of Postgres all of its clients share
 */
export async function startPgBouncer(
  program: string,
  postgresUrl: string,
  { sessions }: { sessions: number },
): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), "tests-pgbouncer-"));
  const [file, log, port] = [join(folder, "pgbouncer.ini"), join(folder, "log"), await anyPort()];
  writeFileSync(file, settings(new URL(postgresUrl), port, sessions));
  // It refuses to be root, as Postgres does.
  const user = postgresUser([file]);
  const [command, args] = user.command(program, [file]);
  const output = openSync(log, "a");
  const child = spawn(command, args, { ...user.identity, stdio: ["ignore", output, output] });
  const exited = ending(child);
  const release = child.pid ? killWhenThisProcessDies(child.pid, "INT") : () => {};
  const urlOf = (directUrl: string) => {
    const url = new URL(directUrl);
    url.port = String(port);
    return url.href;
  };
  for (let tries = 0; !(await answers(urlOf(postgresUrl))); tries += 1) {
    if (tries === 200 || child.exitCode !== null)
      throw new Error(`PgBouncer did not start. It said:\n${readFileSync(log, "utf8")}`);
    await sleep(50);
  }
  return {
    urlOf,
    async stop() {
      release();
      child.kill("SIGTERM"); // at once, whoever is connected
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As docs/scaling.md asks for it. The last line is for PgBouncer before 1.20, which Debian 12 has: docs/decisions/0003. */
const settings = ({ hostname, port, username, password }: URL, listenPort: number, sessions: number) => `
[databases]
* = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${sessions}
max_client_conn = 500
ignore_startup_parameters = options
`;

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("select");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
