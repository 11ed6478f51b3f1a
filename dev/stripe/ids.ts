/** A small seeded generator (mulberry32): the same seed tells the same story, weather and ids included. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** An id as Stripe's look: `prefix_` and letters and digits. */
export function newId(chance: () => number, prefix: string, length = 24): string {
  let id = `${prefix}_`;
  for (let at = 0; at < length; at++) id += ALPHABET.charAt(Math.floor(chance() * ALPHABET.length));
  return id;
}
