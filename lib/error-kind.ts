/**
 * What kind of error it is, for a log: its class and its code, never its message, which may quote data or addresses. Stripe's
 * errors are all named Error, and have their class as a type.
 */
export function errorKind(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const details = ["type", "code"].map((key): unknown => Reflect.get(error, key));
  return [error.name, ...details.filter((detail) => typeof detail === "string")].join(" ");
}
