export type Hash = Record<string, unknown>;

/** Whether a value is a hash of JSON's: no list, and nothing with a life of its own, such as the SDK's decimals. */
export function isHash(value: unknown): value is Hash {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
