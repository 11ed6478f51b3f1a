const BASE =
  "inline-flex min-h-11 cursor-pointer items-center justify-center gap-2 rounded-lg px-4 font-medium transition-[color,background-color] disabled:cursor-default aria-disabled:cursor-default";

/** How links and buttons that do something look. 44 px high, so that a thumb can hit them. */
export const BUTTON = {
  primary: `${BASE} bg-accent text-on-accent hover:bg-accent-strong`,
  quiet: `${BASE} border border-line bg-surface text-ink hover:bg-sunken`,
  danger: `${BASE} border border-bad-line bg-bad-soft text-bad hover:bg-surface`,
} as const;
