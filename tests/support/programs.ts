import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Runs a program that a package brought, with our own output. Returns its exit code. */
export function runProgram(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  return codeOf(start(name, args, { env, stdio: "inherit" }));
}

/** The same while something else has our output: what it says is kept, to be shown at its turn. */
export async function runAside(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number; said: string }> {
  const child = start(name, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const output of [child.stdout, child.stderr])
    output?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  return { code: await codeOf(child), said };
}

const start = (name: string, args: readonly string[], options: SpawnOptions) =>
  spawn(join(root, "node_modules/.bin", name), args, { cwd: root, ...options });

async function codeOf(child: ChildProcess): Promise<number> {
  await once(child, "close");
  return child.exitCode ?? 1;
}
