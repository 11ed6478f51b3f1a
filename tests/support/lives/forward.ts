/** A state that an object was in, and since when, in epoch seconds. */
export type State = { text: string; at: number };

/** What a row said, and up to when it says that it is true, in epoch seconds. Null: it does not say. */
export type Version = { text: string; at: number | null };

/** Where each version of a row stands among the states of its object, never going back; -1 from where that fails. */
export function placesOf(states: readonly State[], versions: readonly Version[]): number[] {
  let from = 0;
  return versions.map(({ text, at }) => {
    if (from < 0) return -1;
    // What had passed before the moment up to which the row is true may not stand in it.
    while (at !== null && (states[from + 1]?.at ?? Number.POSITIVE_INFINITY) < at) from += 1;
    from = states.findIndex((state, place) => place >= from && state.text === text);
    return from;
  });
}

/** Whether the versions of a row go through the states of its object, and their stamps through time, without going back. */
export const isForward = (states: readonly State[], versions: readonly Version[]): boolean =>
  !placesOf(states, versions).includes(-1);

/** Whether a row once said that it is true up to an earlier moment than it had said before. No event and no answer does that. */
export const isFalling = (versions: readonly Version[]): boolean =>
  versions.some(({ at }, n) => (at ?? 0) < (versions[n - 1]?.at ?? 0));
