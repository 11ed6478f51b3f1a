import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anyPort, freePort } from "@/dev/ports";
import { type Postgres, startPostgres } from "@/dev/postgres";
import { withClient } from "@/prisma/migrate/databases";

let folder: string;
const running: Postgres[] = [];

// From mktemp, which only its maker may enter: where a checkout of root's often stands.
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postgres-"));
});

afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(port?: number): Promise<Postgres> {
  const postgres = await startPostgres({
    dataDir: join(folder, ".data/postgres"),
    logFile: join(folder, ".data/postgres.log"),
    port: port ?? (await anyPort()),
    settings: { fsync: "off" },
  });
  running.push(postgres);
  return postgres;
}

const query = (postgres: Postgres, sql: string) =>
  withClient(postgres.url, async (client) => (await client.query(sql)).rows);

const pidFile = () => join(folder, ".data/postgres/postmaster.pid");
const serverPid = () => Number(readFileSync(pidFile(), "utf8").split("\n")[0]);

test("keeps its data from one start to the next, and its port while nobody else has it", async () => {
  const first = await start();
  await query(first, "create table kept as select 42 as answer");
  await first.stop();
  expect(existsSync(pidFile())).toBe(false);
  const second = await start(first.port);
  expect(second.port).toBe(first.port);
  expect(await query(second, "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("starts again after its server was killed", async () => {
  const first = await start();
  await query(first, "create table kept as select 42 as answer");
  process.kill(serverPid(), "SIGKILL");
  expect(await first.exited).toBe("signal SIGKILL");
  expect(existsSync(pidFile())).toBe(true);
  expect(await query(await start(), "select answer from kept")).toEqual([{ answer: 42 }]);
});

test("starts over a pid file whose process id belongs to another program by now", async () => {
  const first = await start();
  const left = readFileSync(pidFile(), "utf8");
  await first.stop();
  writeFileSync(pidFile(), left.replace(/^\d+/, String(process.pid)));
  expect((await start()).startedHere).toBe(true);
});

test("uses a server that already runs on its data, and leaves it running", async () => {
  const first = await start();
  const second = await start();
  expect(second).toMatchObject({ url: first.url, startedHere: false });
  await second.stop();
  expect(await query(first, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("steps over a port that somebody listens on", async () => {
  const port = await anyPort();
  const server = createServer().listen(port, "127.0.0.1");
  try {
    expect(await freePort(port)).toBeGreaterThan(port);
  } finally {
    server.close();
  }
});

test("ends when the process that started it is killed", async () => {
  const program = `
    import { startPostgres } from "./dev/postgres.ts";
    await startPostgres({ dataDir: "${folder}/data", logFile: "${folder}/log", port: ${await anyPort()} });
    console.log("started");
    setInterval(() => {}, 1000);
  `;
  const owner = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program]);
  await new Promise((resolve) => owner.stdout.once("data", resolve));
  owner.kill("SIGKILL");
  await expect.poll(() => existsSync(join(folder, "data/postmaster.pid")), { timeout: 10_000 }).toBe(false);
});
