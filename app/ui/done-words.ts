type Words = { title: string; words: string };

/** What somebody came back from, in words. Null for what is none of it: anybody may write anything into an address. */
export function doneWords(done: Readonly<Record<string, Words>>, value: unknown): Words | null {
  return typeof value === "string" && Object.hasOwn(done, value) ? (done[value] ?? null) : null;
}
