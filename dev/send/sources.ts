import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type EventToSend, readDocument, type Unreadable } from "./document";

/**
 * Reads events from files, from folders (their *.json files in name order) and, for `-`, from stdin. What cannot be
 * read is yielded with its reason, and the rest goes on.
 */
export async function* readEvents(
  sources: readonly string[],
  stdin: Readable = process.stdin,
): AsyncGenerator<EventToSend | Unreadable> {
  for (const source of sources) {
    if (source === "-") {
      yield* readDocument(stdin, "stdin");
      continue;
    }
    for await (const file of filesOf(source)) {
      if (typeof file === "string") yield* readFile(file);
      else yield file;
    }
  }
}

async function* filesOf(source: string): AsyncGenerator<string | Unreadable> {
  try {
    if (!(await stat(source)).isDirectory()) return yield source;
    const names = await readdir(source);
    for (const name of names.filter((name) => name.endsWith(".json")).sort()) yield join(source, name);
  } catch (error) {
    yield { where: source, why: problemOf(error) };
  }
}

async function* readFile(file: string): AsyncGenerator<EventToSend | Unreadable> {
  try {
    yield* readDocument(createReadStream(file), file);
  } catch (error) {
    yield { where: file, why: problemOf(error) };
  }
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error && "code" in error)) throw error;
  return error.code === "ENOENT" ? "there is no such file or folder." : `cannot be read: ${error.message}`;
}
