import type { SendReport } from "./send";

/** The counts as a small table, then what went wrong, for a person at a terminal. */
export function describeReport(report: SendReport): string {
  const lines = [...table(report), ...problems(report)];
  if (report.sent === 0 && !report.unreachable) lines.push("Nothing was sent.");
  return lines.join("\n");
}

/** Whether all that was to be sent was sent and got a 2xx, and there was something. */
export const succeeded = (report: SendReport) =>
  report.sent > 0 && report.failed === 0 && report.unreadable.length === 0 && !report.unreachable;

function table(report: SendReport): string[] {
  if (report.sent === 0) return [];
  const rows = [...report.answers.values()]
    .sort((a, b) => (a.status ?? 999) - (b.status ?? 999) || a.result.localeCompare(b.result))
    .map(({ status, result, count }) => [status === null ? "none" : String(status), result, String(count)]);
  const columns = [["status", "result", "count"], ...rows];
  const width = (column: number) => Math.max(...columns.map((row) => row[column]?.length ?? 0));
  const widths = [width(0), width(1), width(2)] as const;
  return columns.map(
    ([status = "", result = "", count = ""]) =>
      `${status.padEnd(widths[0])}  ${result.padEnd(widths[1])}  ${count.padStart(widths[2])}`,
  );
}

function problems({ failures, failed, unreadable }: SendReport): string[] {
  const lines = failures.map(
    ({ where, id, type, status, error }) =>
      `  ${where}  ${id ?? "no id"}  ${type ?? "no type"}  ${status ?? "no answer"}  ${error}`,
  );
  if (lines.length > 0) lines.unshift("", `${failed} not accepted:`);
  if (failed > failures.length) lines.push(`  and ${failed - failures.length} more`);
  if (unreadable.length > 0)
    lines.push("", "Not sent:", ...unreadable.map(({ where, why }) => `  ${where} ${why}`));
  return lines;
}
