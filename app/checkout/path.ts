import type { Route } from "next";

/** The page that shows a choice and leads to its payment. */
export function checkoutPath(lookupKey: string, seats?: number): Route {
  return `/checkout?${new URLSearchParams({ plan: lookupKey, ...(seats ? { seats: String(seats) } : {}) })}`;
}

/** To make an account, and come back. */
export function signUpPath(returnTo: string): Route {
  return `/sign-up?from=${encodeURIComponent(returnTo)}`;
}
