/** What kind of error it is, for a log: its class and its code, never its message, which may quote data or addresses. */
export function errorKind(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return error.name + code;
}
