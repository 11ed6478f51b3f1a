import { readdirSync, readFileSync } from "node:fs";

/** The kernel counts in hundredths. */
const TICKS_A_SECOND = 100;

/** Seconds of processor time of a process and of all that it started, the ended ones included. From /proc: Linux. */
export function cpuSeconds(pid: number): number {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (statOf(name) ?? []) : []));
  const family = new Set([pid]);
  // A child's id may be lower than its parent's.
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
  }
  const ticks = all.reduce((sum, stat) => sum + (family.has(stat.pid) ? stat.ticks : 0), 0);
  return ticks / TICKS_A_SECOND;
}

function statOf(pid: string): { pid: number; parent: number; ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the program's name, which may hold anything.
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, part) => sum + part, 0);
    return { pid: Number(pid), parent: fields[1] ?? 0, ticks };
  } catch {
    return undefined; // it ended meanwhile
  }
}
