import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { PoolOptions, PoolWorker, Vite, WorkerRequest } from "vitest/node";

type Listener = (message: unknown) => void;

/** A thread ends after so many files, for what tests leave in memory, and after one that took so long: something may hang. */
const FILES = 100;
const LONG_MS = 15_000;

let kept: Worker | undefined;
let files = 0;

/**
 * Vitest ends its worker after each run, and Stryker makes a run for each mutant. This one stays: the packages stay loaded,
 * while the modules of this repository are evaluated anew, as `isolate` does it.
 */
class KeptWorker implements PoolWorker {
  readonly name = "kept";
  readonly #options: PoolOptions;
  readonly #listeners: [string, Listener][] = [];
  readonly #began = Date.now();
  readonly #thread: Worker;
  readonly #isNew = !kept;

  constructor(options: PoolOptions) {
    this.#options = options;
    const { distPath, env, execArgv } = options;
    kept ??= new Worker(join(distPath, "workers/threads.js"), { env, execArgv });
    this.#thread = kept;
  }

  async start(): Promise<void> {}

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener]);
    this.#thread.on(event, listener);
  }

  off(event: string, listener: Listener): void {
    this.#thread.off(event, listener);
  }

  send(message: WorkerRequest): void {
    if (message.type === "start" && !this.#isNew) this.#answer("started");
    else if (message.type === "stop") this.#letGo();
    else this.#thread.postMessage(message.type === "run" ? this.#asOfNow(message) : message);
  }

  /** What the thread was given at its start is of another run: which tests are wanted, above all. */
  #asOfNow(message: Extract<WorkerRequest, { type: "run" }>): object {
    return { ...message, context: { ...message.context, config: this.#options.project.serializedConfig } };
  }

  #letGo(): void {
    files += 1;
    if (files >= FILES || Date.now() - this.#began > LONG_MS) {
      kept = undefined;
      files = 0;
    }
    this.#answer("stopped");
  }

  async stop(): Promise<void> {
    for (const [event, listener] of this.#listeners) this.#thread.off(event, listener);
    if (kept !== this.#thread) await this.#thread.terminate();
  }

  deserialize(data: unknown): unknown {
    return data;
  }

  #answer(type: "started" | "stopped"): void {
    setImmediate(() => {
      for (const [event, listener] of [...this.#listeners])
        if (event === "message") listener({ type, __vitest_worker_response__: true });
    });
  }
}

/** Stryker asks for threads whatever the config says, so the worker is put in its place afterwards. */
export const keepWorker: Vite.Plugin = {
  name: "keep-worker",
  configureVitest({ project }) {
    Object.assign(project.config, {
      pool: "kept",
      poolRunner: { name: "kept", createPoolWorker: (options: PoolOptions) => new KeptWorker(options) },
    });
  },
};
