import { readFileSync } from "node:fs";
import { join } from "node:path";
import nextEnv from "@next/env";
import * as z from "zod";

/** Whose rows and whose money it is about. Who names one of these for a command means no laptop's. */
const DECISIVE = ["DATABASE_URL", "STRIPE_SECRET_KEY", "STRIPE_API_BASE"];

const devState = z.object({
  pid: z.number(),
  url: z.string(),
  env: z.record(z.string(), z.string()),
});

const isSet = (name: string) => Boolean(process.env[name]?.trim());

/**
 * Reads .env as Next does. What it leaves out is what a running `npm run dev` has given to the app, unless the command was
 * called for something else: never a part of the one with a part of the other.
 */
export function loadEnvironment(): void {
  const isCalledForOther = DECISIVE.some(isSet);
  nextEnv.loadEnvConfig(process.cwd(), false, { info: () => {}, error: console.error });
  const dev = isCalledForOther ? null : readRunning(join(process.cwd(), ".data", "dev.json"));
  if (!dev) return;
  const given = Object.entries(dev.env);
  if (given.some(([name, value]) => isSet(name) && process.env[name]?.trim() !== value)) return;
  const missing = given.filter(([name]) => !isSet(name));
  for (const [name, value] of missing) process.env[name] = value;
  if (missing.length > 0) console.error(`For the app that \`npm run dev\` runs at ${dev.url}.`);
}

/** What dev/state.ts wrote, while its process is there. */
function readRunning(file: string) {
  try {
    const { data } = devState.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (data) process.kill(data.pid, 0);
    return data ?? null;
  } catch {
    return null;
  }
}
