/** The auth library quotes what it refuses, which anybody may have made long. */
const MOST_CHARACTERS = 500;

/**
 * A message of the auth library without the e-mail addresses in it. Word by word: a search for `\S+@\S+` takes the square of
 * what it looks through, 0.14 s for 16 KiB.
 */
export const withoutAddresses = (message: string): string =>
  message.replace(/\S+/g, (word) => (word.includes("@") ? "(address)" : word)).slice(0, MOST_CHARACTERS);
