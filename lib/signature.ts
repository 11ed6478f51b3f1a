import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { env } from "./env";

/** What only this app can make, of a content. The purpose keeps one made for something else from being one here. */
export const signatureOf = (purpose: "quote" | "nudge" | "address", content: string): string =>
  createHmac("sha256", env().BETTER_AUTH_SECRET).update(`${purpose}:${content}`).digest("base64url");

/** Whether two secrets are the same, in constant time, whatever their lengths. */
export function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
