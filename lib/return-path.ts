import type { Route } from "next";

/** Where signing in leads when nothing else was asked for. */
const HOME_AFTER_SIGN_IN = "/dashboard";

// Any origin serves: what the path resolves to must stay on it. `.invalid` can never be a real one (RFC 2606).
const HERE = "http://here.invalid";

/**
 * The path to go to after signing in, from a value anybody could have put into the address. Whatever a browser would
 * take for another site (`//evil.example`, `/\evil.example`, a tab inside the slashes) or is not a path becomes the
 * dashboard.
 */
export function safeReturnPath(value: unknown): Route {
  if (typeof value !== "string" || !value.startsWith("/") || !URL.canParse(value, HERE))
    return HOME_AFTER_SIGN_IN;
  const { origin, pathname, search, hash } = new URL(value, HERE);
  const path = pathname + search + hash;
  return origin === HERE && isPathHere(path) ? path : HOME_AFTER_SIGN_IN;
}

/** Whether there is such a page shows when it is asked for. */
const isPathHere = (path: string): path is Route => !path.startsWith("//");
