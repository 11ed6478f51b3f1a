import { DatabaseError } from "pg";
import { db } from "../lib/db";
import { EnvironmentError } from "../lib/env";
import { errorKind } from "../lib/error-kind";
import { loadEnvironment } from "./environment";

/** What all commands of `scripts/` do around their work. */

/** Asked for in a way that the command does not know. The message says what to do. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Reads the environment, runs the command, tells what a person can mend in words, and lets the process end. */
export async function runCommand(usage: string, work: () => Promise<void>): Promise<void> {
  if (process.argv.includes("--help") || process.argv.includes("-h")) return void process.stdout.write(usage);
  loadEnvironment();
  let isConfigured = true;
  try {
    await work();
  } catch (error) {
    const words = explain(error);
    if (words === null) throw error;
    console.error(words);
    isConfigured = !(error instanceof EnvironmentError);
    process.exitCode = 1;
  } finally {
    if (isConfigured) await db().$disconnect();
  }
}

const AGAIN = "What was done stays done: run it again.";

/** What a person can put right, in words for a person; null for what is our own fault. */
function explain(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof UsageError || error instanceof EnvironmentError) return error.message;
  const [code, type] = ["code", "type"].map((name) => String(Reflect.get(error, name)));
  if (code?.startsWith("ERR_PARSE_ARGS")) return `${error.message}\n--help tells what there is.`;
  if (type?.startsWith("Stripe")) return `Stripe says: ${error.message}\n${AGAIN}`;
  if (!isOfDatabase(error)) return null;
  return `The database could not be asked (${errorKind(error)}). Is DATABASE_URL right, and has \`npm run db:migrate\` run?\n${AGAIN}`;
}

const isOfDatabase = (error: Error) =>
  error.name.startsWith("PrismaClient") ||
  error instanceof DatabaseError ||
  /ECONN|ENOTFOUND|ETIMEDOUT/.test(errorKind(error));

/** A whole number above 0 from the command line. @throws UsageError */
export function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new UsageError(`${name} is a whole number above 0.`);
}

const EVERY_MS = { terminal: 100, log: 5_000 };
const WIDTH = 30;

/**
 * How far a command is, on stderr: a bar that renews itself on a terminal, a line every 5 seconds in a log.
 * @returns `update(done, total, words)`, where a total of null draws no bar; and `end`
 */
export function showProgress(screen: { isTTY?: boolean; write(text: string): unknown } = process.stderr) {
  let shown = 0;
  return {
    update(done: number, total: number | null, words: string): void {
      if (performance.now() - shown < (screen.isTTY ? EVERY_MS.terminal : EVERY_MS.log)) return;
      shown = performance.now();
      const line = `${bar(done, total)}${words}`;
      screen.write(screen.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
    },
    end(): void {
      if (screen.isTTY) screen.write("\r\x1b[K");
    },
  };
}

function bar(done: number, total: number | null): string {
  if (total === null || total === 0) return "";
  const share = Math.min(1, done / total);
  const full = Math.round(share * WIDTH);
  return `${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${Math.floor(share * 100)} %  `;
}
