import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { TEST_ENV } from "../../support/env.ts";
import { sign } from "../events.ts";
import { ratios, show, spread } from "../figures.ts";
import type { Section } from "../report.ts";
import { COMPETITORS, type Server } from "../servers.ts";
import { type BenchOptions, onStage } from "../stage.ts";

const OURS = "the webhook's function";
const EMPTY = "a route that only reads the body";
const STORE = "a route that verifies, and stores by one insert";

/** Of one more start, which is not timed. */
const COUNTING = {
  NODE_OPTIONS: `--require ${resolve("tests/bench/count-modules.cjs")}`,
  BENCH_MODULES_FILE: resolve("test-results/bench-modules"),
};

/** From the start of a process to its first answer, as after a quiet hour on serverless. */
export function coldStart({ rounds }: BenchOptions): Promise<Section> {
  return onStage(async ({ renewals, database, startApp, startOthers }) => {
    const ours = await database.create("cold");
    const others = await database.create("cold_others");
    const times: Record<string, number[]> = { [OURS]: [], [EMPTY]: [], [STORE]: [] };
    const contenders: Record<
      string,
      { path: string; start(more?: Record<string, string>): Promise<Server> }
    > = {
      [OURS]: { path: "/api/webhooks/stripe", start: (more) => startApp(ours, more) },
      [EMPTY]: { path: "/api/empty", start: (more) => startOthers(others, more) },
      [STORE]: { path: "/api/store", start: (more) => startOthers(others, more) },
    };
    const answerOnce = async (path: string, start: () => Promise<Server>) => {
      const begunAt = performance.now();
      const server = await start();
      const [body = ""] = renewals.take(1);
      const headers = { "stripe-signature": sign(body, TEST_ENV.STRIPE_WEBHOOK_SECRET) };
      const answer = await fetch(new URL(path, server.url), { method: "POST", body, headers });
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}.`);
      const time = performance.now() - begunAt;
      await server.stop();
      return time;
    };
    // One more than counts, for what the system reads from the disk for the first time.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, { path, start }] of Object.entries(contenders))
        times[name]?.push(await answerOnce(path, start));
    }
    const modules: Record<string, number> = {};
    for (const [name, { path, start }] of Object.entries(contenders)) {
      await answerOnce(path, () => start(COUNTING));
      modules[name] = Number(readFileSync(COUNTING.BENCH_MODULES_FILE, "utf8"));
    }
    const of = (name: string) => (times[name] ?? []).slice(1);
    const row = (name: string, folder: string, route: string) => {
      const { files, bytes } = tracedFiles(join(folder, ".next/server/app/api", route, "route.js"));
      return {
        "": name,
        "to the first answer, ms": spread(of(name), 0),
        "ours over it": name === OURS ? "" : spread(ratios(of(OURS), of(name))),
        "modules loaded": show(modules[name] ?? 0),
        "files in the function": show(files),
        "KiB in the function": show(bytes / 1024),
      };
    };
    return {
      title: "Cold start",
      text:
        "From the start of the process to the first answer, the first connection to Postgres included. The modules are those of " +
        "all pages, which the server loads before anybody asks.",
      rows: [
        row(OURS, ".", "webhooks/stripe"),
        row(EMPTY, COMPETITORS, "empty"),
        row(STORE, COMPETITORS, "store"),
      ],
    };
  });
}

/** What a platform would put into the function: Next's own trace. */
function tracedFiles(route: string): { files: number; bytes: number } {
  const { files }: { files: string[] } = JSON.parse(readFileSync(`${route}.nft.json`, "utf8"));
  const sizes = files.map((file) => statSync(join(dirname(route), file))).filter((stat) => stat.isFile());
  return { files: sizes.length, bytes: sizes.reduce((sum, { size }) => sum + size, 0) };
}
