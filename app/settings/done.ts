/** What somebody came back from, in words. */
const DONE: Record<string, { title: string; words: string }> = {
  name: {
    title: "Your name is saved",
    words: "Bills from now on carry it too, unless you gave them another.",
  },
  email: {
    title: "Your e-mail address is changed",
    words: "Sign in with it from now on. Bills go there too, unless you gave them another address.",
  },
  password: { title: "Your password is changed", words: "Everywhere else you are signed out." },
  elsewhere: { title: "You are signed out everywhere else", words: "Only this sign-in is left." },
};

export function doneWords(value: unknown): { title: string; words: string } | null {
  return typeof value === "string" && Object.hasOwn(DONE, value) ? (DONE[value] ?? null) : null;
}
