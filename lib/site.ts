/** What the product is called and says of itself, wherever it is said. Renaming the product begins and ends here. */
export const SITE = {
  name: "Cairn",
  tagline: "Decisions, where the next person will look.",
  description:
    "Cairn keeps what your team decided, who decided it and why: minutes to write, seconds to find, years later.",
} as const;
