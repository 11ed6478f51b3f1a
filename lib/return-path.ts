/** Where signing in leads when nothing else was asked for. */
export const HOME_AFTER_SIGN_IN = "/dashboard";

// Any origin serves: what the path resolves to must stay on it. `.invalid` can never be a real one (RFC 2606).
const HERE = "http://here.invalid";

/**
 * The path to go to after signing in, from a value anybody could have put into the address. Whatever a browser would
 * take for another site (`//evil.example`, `/\evil.example`, a tab inside the slashes) or is not a path becomes the
 * dashboard.
 */
export function safeReturnPath(value: unknown): string {
  if (typeof value !== "string" || !value.startsWith("/") || !URL.canParse(value, HERE))
    return HOME_AFTER_SIGN_IN;
  const url = new URL(value, HERE);
  if (url.origin !== HERE || url.pathname.startsWith("//")) return HOME_AFTER_SIGN_IN;
  return url.pathname + url.search + url.hash;
}
