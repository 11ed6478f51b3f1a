import { UnreadableObject } from "./errors";

/**
 * Reading JSON that Stripe made in any of its API versions: every value is unknown until looked at. What is optional
 * comes back as null; what must be there and is not throws UnreadableObject with its path.
 */
export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object, or an empty one: for walking down a path that may end early. */
export function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** Non-empty text. Postgres stores neither NUL nor half a surrogate pair, so neither passes. */
export function text(value: unknown): string | null {
  if (typeof value !== "string") return null;
  return value.replaceAll("\0", "").toWellFormed() || null;
}

/** An id. Where Stripe can expand it, the id of the expanded object. Stripe's ids have at most 255 characters. */
export function id(value: unknown): string | null {
  const given = isObject(value) ? value.id : value;
  const found = text(given);
  // One that had to be cleaned is another one.
  return found === given && found !== null && found.length <= 255 ? found : null;
}

export function integer(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) ? value : null;
}

/** A whole number that a Postgres `integer` holds. */
export function smallInteger(value: unknown): number | null {
  const found = integer(value);
  return found !== null && Math.abs(found) < 2 ** 31 ? found : null;
}

/** An amount in minor units, as the bigint that the database keeps. */
export function amount(value: unknown): bigint | null {
  const found = integer(value);
  return found === null ? null : BigInt(found);
}

/** Epoch seconds, as a number or as digits in text, or the ISO time that v2 events have. */
export function time(value: unknown): Date | null {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return validDate(Date.parse(value));
  const seconds = typeof value === "string" && /^\d{1,12}$/.test(value) ? Number(value) : integer(value);
  return seconds === null ? null : validDate(seconds * 1000);
}

/** Years 1970 to 9999: what both JavaScript and Postgres can write in four digits. */
function validDate(ms: number): Date | null {
  return ms >= 0 && ms < 253_402_300_800_000 ? new Date(ms) : null;
}

/** The objects of a plain array or of one of Stripe's list objects. */
export function list(value: unknown): JsonObject[] {
  const items = isObject(value) ? value.data : value;
  return Array.isArray(items) ? items.filter(isObject) : [];
}

/** Metadata: text by text. Old events have null or an empty list there. https://docs.stripe.com/api/metadata */
export function metadata(value: unknown): Record<string, string> {
  const entries = Object.entries(objectOr(value)).flatMap(([key, entry]) => {
    const name = text(key);
    return name !== null && typeof entry === "string" ? [[name, text(entry) ?? ""] as const] : [];
  });
  return Object.fromEntries(entries);
}

/**
 * The value, or an error that says what was expected where.
 * @throws UnreadableObject
 */
export function must<T>(value: T | null, path: string, expected: string, found: unknown): T {
  if (value === null) throw UnreadableObject.field(path, expected, found);
  return value;
}

export const flag = (value: unknown) => value === true;

/** For columns that are never null. */
export const storedText = (stored: unknown) => text(stored) ?? "";
export const storedTexts = (stored: unknown) =>
  Array.isArray(stored) ? stored.flatMap((one) => text(one) ?? []) : [];
export const storedAmount = (stored: unknown) => amount(stored) ?? 0n;
export const storedTime = (stored: unknown) => time(stored) ?? new Date(0);
