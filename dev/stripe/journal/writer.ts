import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { Write } from "../store.ts";
import type { Encoder } from "./entries.ts";

/** The first line of a file: what it is. */
export const HEADER = '{"journal":"local stripe","version":1}\n';

/** Appends lines to a file. */
export class Writer {
  /** How many bytes of the file are good. */
  size: number;
  /** How many of them are likely to be history: what was owed and is delivered, what the clock said. */
  spent = 0;
  isOpen = true;
  readonly #fd: number;
  readonly #encoder: Encoder;
  #entries: string[] = [];

  constructor(file: string, encoder: Encoder, size: number) {
    this.#fd = openSync(file, "a+");
    this.#encoder = encoder;
    this.size = size;
    ftruncateSync(this.#fd, size);
    if (size === 0) this.#append(HEADER);
  }

  add(write: Write): void {
    for (const entry of this.#encoder.encode(write)) {
      const length = this.put(entry);
      if (!("put" in write || "event" in write || "answered" in write)) this.spent += length;
    }
  }

  put(entry: object): number {
    const json = JSON.stringify(entry);
    this.#entries.push(json);
    return json.length;
  }

  flush(): void {
    if (this.#entries.length === 0) return;
    this.#append(`[${this.#entries.join(",")}]\n`);
    this.#entries = [];
  }

  sync(): void {
    fsyncSync(this.#fd);
  }

  close(): void {
    this.isOpen = false;
    closeSync(this.#fd);
  }

  /** All of it, or an error and nothing of it: a full disk must not leave half a line in the middle. */
  #append(text: string): void {
    const bytes = Buffer.from(text);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      ftruncateSync(this.#fd, this.size);
      throw error;
    }
    this.size += bytes.length;
  }
}
