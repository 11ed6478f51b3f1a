import { join } from "node:path";
import nextEnv from "@next/env";
import { isAlive } from "../dev/processes.ts";
import { readState } from "../dev/state.ts";

/** Whose rows and whose money it is about. Who names one of these for a command means no laptop's. */
const DECISIVE = ["DATABASE_URL", "STRIPE_SECRET_KEY", "STRIPE_API_BASE"];

const isSet = (name: string) => Boolean(process.env[name]?.trim());

/**
 * Reads .env as Next does. What it leaves out is what a running `npm run dev` has given to the app, unless the command was
 * called for something else: never a part of the one with a part of the other.
 */
export function loadEnvironment(): void {
  const isCalledForOther = DECISIVE.some(isSet);
  nextEnv.loadEnvConfig(process.cwd(), false, { info: () => {}, error: console.error });
  const dev = isCalledForOther ? null : findRunning();
  if (!dev) return;
  const given = Object.entries(dev.env);
  if (given.some(([name, value]) => isSet(name) && process.env[name]?.trim() !== value)) return;
  const missing = given.filter(([name]) => !isSet(name));
  for (const [name, value] of missing) process.env[name] = value;
  if (missing.length > 0) console.error(`For the app that \`npm run dev\` runs at ${dev.url}.`);
}

/** The app of `npm run dev`, while its process is there. */
function findRunning() {
  const { pid, url, env } = readState(join(process.cwd(), ".data"));
  return pid && url && env && isAlive(pid) ? { url, env } : null;
}
