import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { isAlive } from "../../processes.ts";

/** The locks that this process holds. */
const held = new Set<string>();

/**
 * Keeps a file to one process: two that wrote to it would ruin it. A lock whose process is gone is none.
 * @returns call it to give the file back; undefined if it is in use, with who uses it
 */
export function lock(file: string): { release: () => void } | { usedBy: number } {
  const path = `${file}.lock`;
  if (held.has(path)) return { usedBy: process.pid };
  const owner = ownerOf(path);
  // In a container every process has the same few numbers: our own in a lock is of a run before this one.
  if (owner !== null && owner !== process.pid && isAlive(owner)) return { usedBy: owner };
  writeFileSync(path, `${process.pid}\n`);
  held.add(path);
  return {
    release() {
      held.delete(path);
      rmSync(path, { force: true });
    },
  };
}

function ownerOf(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null; // there is none
  }
}
