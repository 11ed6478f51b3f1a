import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Account } from "../account.ts";
import type { Idempotency } from "../http/idempotency.ts";
import type { Write } from "../store.ts";
import { Encoder, type Entry } from "./entries.ts";
import { lock } from "./lock.ts";
import { Replay } from "./replay.ts";
import { HEADER, Writer } from "./writer.ts";

/** Why a data file cannot be used, for the person who named it. */
export class JournalError extends Error {
  override name = "JournalError";
}

/** So many bytes may be in a file for nothing before it is written anew, which takes a second for each 100 MB. */
const SLACK = 32 * 1024 * 1024;

/** How many writes a line of a file that is written anew holds. */
const AT_ONCE = 500;

/**
 * The state on disk: every write to the store, appended before anybody hears of it. A line is all that was written since
 * the line before, so that a process that is killed leaves whole pieces of work or nothing; what the machine itself had
 * not put on the disk yet is lost with its power.
 */
export class Journal {
  readonly #file: string;
  readonly #release: () => void;
  readonly #account: Account;
  readonly #idempotency: Idempotency;
  #writer: Writer;
  #starts = 1;
  #isDue = false;
  #planned = false;

  /**
   * Takes an account back to where the file has it, and writes on from there.
   * @throws JournalError if the file is in use, damaged, or something else
   */
  constructor(file: string, account: Account, idempotency: Idempotency) {
    this.#file = resolve(file);
    this.#account = account;
    this.#idempotency = idempotency;
    mkdirSync(dirname(this.#file), { recursive: true });
    const locked = lock(this.#file);
    if ("usedBy" in locked) {
      throw new JournalError(`${file} is in use by another local Stripe (process ${locked.usedBy}).`);
    }
    this.#release = locked.release;
    try {
      this.#writer = this.#open();
    } catch (error) {
      this.#release();
      throw error;
    }
    account.store.watch((write) => this.#add(write));
  }

  /** How often a server was started with this file, this time included. */
  get starts(): number {
    return this.#starts;
  }

  /** Writes the file anew if it has grown much since that was last done. Called once the account is as it should be. */
  tidy(): void {
    if (this.#isDue) this.#compact();
  }

  /** Writes down what has happened. Called before an answer or an event leaves. */
  flush(): void {
    this.#writer.flush();
    const { spent, size } = this.#writer;
    if (spent > SLACK && spent > size / 2) this.#compact();
  }

  close(): void {
    this.flush();
    this.#writer.close();
    this.#release();
  }

  #add(write: Write): void {
    this.#writer.add(write);
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      if (this.#writer.isOpen) this.flush();
    });
  }

  #open(): Writer {
    const encoder = new Encoder();
    const replay = new Replay(this.#account, this.#idempotency, encoder);
    const content = readIfThere(this.#file);
    const size = content.length > 0 ? this.#replay(content, replay) : 0;
    this.#starts = replay.starts + 1;
    const writer = new Writer(this.#file, encoder, size);
    writer.put({ starts: this.#starts });
    writer.flush();
    // Meanwhile events may have become too old to be kept: what was told of them can go.
    this.#isDue = size > 2 * replay.compacted + SLACK;
    return writer;
  }

  /** @returns how many bytes of the file are good */
  #replay(content: Buffer, replay: Replay): number {
    const header = content.subarray(0, HEADER.length).toString();
    if (header !== HEADER) {
      if (HEADER.startsWith(header)) return 0; // killed while it was made
      throw new JournalError(`${this.#file} is no data of the local Stripe. Name another file with --data.`);
    }
    let line = 2;
    for (let start = HEADER.length; ; line++) {
      const end = content.indexOf(10, start);
      if (end < 0) {
        replay.finish();
        return start; // what follows is half a line, of a process that was killed: nobody has heard of it
      }
      try {
        const entries: Entry[] = JSON.parse(content.toString("utf8", start, end));
        for (const entry of entries) replay.apply(entry);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new JournalError(
          `${this.#file} is damaged in line ${line}: ${why}\nTo begin anew, move it away.`,
          { cause: error },
        );
      }
      start = end + 1;
    }
  }

  /** Writes the file anew, without what is history. */
  #compact(): void {
    const fresh = `${this.#file}.new`;
    rmSync(fresh, { force: true });
    const writer = new Writer(fresh, new Encoder(), 0);
    writer.put({ starts: this.#starts });
    let count = 0;
    for (const write of this.#everything()) {
      writer.add(write);
      if (++count % AT_ONCE === 0) writer.flush();
    }
    writer.flush();
    writer.put({ compacted: writer.size });
    writer.flush();
    writer.sync();
    renameSync(fresh, this.#file);
    this.#writer.close();
    this.#writer = writer;
    this.#isDue = false;
  }

  *#everything(): Generator<Write> {
    yield { clock: this.#account.ahead };
    yield* this.#account.store.writes();
    for (const event of this.#account.events) yield { event };
    yield* this.#account.outbox.writes();
    yield* this.#idempotency.writes();
  }
}

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
