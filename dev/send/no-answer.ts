/**
 * What kept a request from being answered.
 * @returns why, in words, and whether the connection was refused, for then the other events need not be tried
 * @throws what was no network trouble, unchanged
 */
export function noAnswer(error: unknown): { refused: boolean; why: string } {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return { refused: false, why: "no answer in time" };
  // fetch says "fetch failed" and keeps the reason in the cause.
  if (!(error instanceof TypeError && error.cause instanceof Error)) throw error;
  const { cause } = error;
  const code = "code" in cause ? String(cause.code) : "";
  return { refused: code === "ECONNREFUSED", why: cause.message || code };
}
