import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { killWhenThisProcessDies } from "./guard.ts";

export type Running = {
  /** Settles when the process ends, wanted or not, with what it ended with. */
  exited: Promise<string>;
  /** Ends the process and every process that it started: politely, then after 5 seconds by force. */
  stop: () => Promise<void>;
};

/**
 * Starts a program of Node's in a process group of its own, so that all of it can be stopped at once and so that Ctrl-C
 * reaches only us, who know the right order.
 * @param output where it writes: our own output, or a file
 */
export function startNode(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: "inherit" | number = "inherit",
): Running {
  const child = spawn(process.execPath, args, { env, detached: true, stdio: ["ignore", output, output] });
  const group = -(child.pid ?? 0);
  const release = child.pid ? killWhenThisProcessDies(group, "TERM") : () => {};
  const exited = ending(child);
  return {
    exited,
    stop: async () => {
      release();
      if (!child.pid) return;
      const started = Date.now();
      signalGroup(group, "SIGTERM");
      while (signalGroup(group, 0)) {
        if (Date.now() - started > 5_000) signalGroup(group, "SIGKILL");
        await sleep(30);
      }
    },
  };
}

/** Settles when a process ends, or could not be started, with what it ended with. */
export function ending(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
}

/** Returns false when no process of the group is left. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(group, signal);
    return true;
  } catch {
    return false;
  }
}

/** Whether there is a process of this id, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Waits until something answers at `url`, whatever it answers.
 * @param unless rejects when it will never answer
 */
export async function untilAnswers(url: string, unless: Promise<never>): Promise<void> {
  let hopeless = false;
  unless.catch(() => {
    hopeless = true;
  });
  const asked = async (): Promise<void> => {
    while (!hopeless) {
      try {
        await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(60_000) });
        return;
      } catch {
        await sleep(100);
      }
    }
  };
  await Promise.race([asked(), unless]);
}
