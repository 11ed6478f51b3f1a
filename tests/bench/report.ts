import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** What a part of the bench found: sentences and a table. */
export type Section = { title: string; text: string; rows: readonly Record<string, string>[] };

export const REPORT = "docs/performance.md";

export function markdown({ title, text, rows }: Section): string {
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `## ${title}\n`,
    `${text}\n`,
    line(names),
    `|${names.map((_, column) => (column ? "--:" : "---")).join("|")}|`,
    ...rows.map((row) => line(names.map((name) => row[name] ?? ""))),
  ].join("\n");
}

/** Puts a section where the report has it, or at its end, and leaves the others as they are. */
export function writeSection(name: string, section: Section): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = `${begin}\n${markdown(section)}\n${end}`;
  const before = existsSync(REPORT) ? readFileSync(REPORT, "utf8") : "# Performance\n";
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  const after =
    from < 0
      ? `${before.trimEnd()}\n\n${text}\n`
      : before.slice(0, from) + text + before.slice(to + end.length);
  writeFileSync(REPORT, after);
}
