import { spawn } from "node:child_process";

/**
 * Makes sure that a process does not outlive this one, not even when this one is killed with SIGKILL and can clean up
 * nothing: a shell waits for its input to close, which the system does when we die, and sends the signal then.
 * @param target a process id, or a negative one for a whole process group
 * @returns call it before stopping the process oneself, so that no signal reaches a reused id later
 */
export function killWhenThisProcessDies(target: number, signal: "INT" | "TERM"): () => void {
  const shell = spawn("sh", ["-c", `read _; kill -s ${signal} -- "$0" 2>/dev/null`, String(target)], {
    detached: true, // so that Ctrl-C in the terminal does not take the guard away first
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Neither the shell nor its pipe keeps this process alive.
  shell.unref();
  if (shell.stdin && "unref" in shell.stdin && typeof shell.stdin.unref === "function") shell.stdin.unref();
  return () => void shell.kill("SIGKILL");
}
