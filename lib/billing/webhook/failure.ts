import { Prisma } from "@/lib/db";
import { UnreadableObject } from "../errors";

/**
 * Whether no retry can mend it: the object cannot be read, or the database refuses its values (SQLSTATE class 22, data
 * exception). Everything else may pass: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isPermanent(error: unknown): boolean {
  if (error instanceof UnreadableObject) return true;
  if (error instanceof Prisma.PrismaClientValidationError) return true;
  return sqlStateOf(error)?.startsWith("22") ?? false;
}

/** A sentence for an operator. Prisma's own messages quote the query and its values, so of those only codes are kept. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "Something was thrown that is not an error.";
  if (!error.name.startsWith("PrismaClient")) return sentence(error).slice(0, 2_000);
  const codes = [sqlStateOf(error), walk(error, ["code"])].filter((code) => typeof code === "string");
  return `The database did not take it: ${[error.name, ...codes].join(" ")}.`;
}

/** Stripe's errors have a type, a status and the id of the request, to look it up in Stripe's own log. */
function sentence(error: Error): string {
  const details = ["type", "statusCode", "requestId"].flatMap((key) => walk(error, [key]) ?? []);
  return `${[error.name, ...details].join(" ")}: ${error.message}`;
}

function sqlStateOf(error: unknown): string | null {
  const state = walk(error, ["meta", "driverAdapterError", "cause", "originalCode"]);
  return typeof state === "string" ? state : null;
}

function walk(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}
