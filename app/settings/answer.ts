/** What a form is told when nothing was changed: why, at which field or for all of it, and what was typed. */
export type Answer = {
  fields: Record<string, string>;
  form: string | null;
  typed: Record<string, string>;
} | null;
