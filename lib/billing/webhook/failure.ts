import { DatabaseError } from "pg";
import { BillingError, UnreadableObject } from "../errors";
import { text } from "../read";

/**
 * Whether no retry can mend it: the object cannot be read, or the database refuses its values (SQLSTATE classes 22, data
 * exception, and 54, too long for an index). Everything else may pass:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isPermanent(error: unknown): boolean {
  return error instanceof UnreadableObject || /^(22|54)/.test(sqlStateOf(error) ?? "");
}

/** What is written of an event that failed: it waits for the next try, or for a person where none can mend it. */
export function failureOf(error: unknown) {
  const status = isPermanent(error) ? "parked" : "pending";
  return { status, reason: reasonOf(error), stack: stackOf(error) } as const;
}

/** Classes of errors that are about the server and not about what it was sent: connection, resources, shutdown, disk. */
const OUTAGES = ["08", "28", "53", "57P", "58", "3D", "XX"];

/** Whether this is an answer to what was asked, so that asking for less of it may go well; else there is nobody to ask. */
export function isRefused(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state === null) return error instanceof BillingError;
  return !OUTAGES.some((prefix) => state.startsWith(prefix));
}

/** A sentence for an operator. The database's own messages quote values, so of those only codes are kept. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "Something was thrown that is not an error.";
  const state = sqlStateOf(error);
  if (state !== null) return `The database did not take it: SQLSTATE ${state}.`;
  if (error.name.startsWith("PrismaClient")) return `The database did not take it: ${error.name}.`;
  // It may quote what somebody sent.
  return text(sentence(error).slice(0, 2_000)) ?? error.name;
}

/** Where it happened, without the message, which may quote data. */
export function stackOf(error: unknown): string | null {
  if (!(error instanceof Error) || error instanceof BillingError) return null;
  const frames = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return [error.name, ...frames].join("\n").slice(0, 4_000);
}

/** Stripe's errors have a type, a status and the id of the request, to look it up in Stripe's own log. */
function sentence(error: Error): string {
  const details = ["type", "statusCode", "requestId"].flatMap((key) => walk(error, [key]) ?? []);
  return `${[error.name, ...details].join(" ")}: ${error.message}`;
}

function sqlStateOf(error: unknown): string | null {
  if (error instanceof DatabaseError) return error.code ?? null;
  const state = walk(error, ["meta", "driverAdapterError", "cause", "originalCode"]);
  return typeof state === "string" ? state : null;
}

function walk(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}
