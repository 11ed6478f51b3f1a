import { createRequire } from "node:module";
import { type Running, startNode } from "./processes.ts";

/**
 * Next's development server, for this machine alone: by itself it listens on every address, and whoever is in the same
 * network would sign in as the demo user, whose password is in the seed and who may open /operator.
 */
export function startNextDev(root: string, port: number, output: "inherit" | number = "inherit"): Running {
  const next = createRequire(import.meta.url).resolve("next/dist/bin/next");
  return startNode(
    [next, "dev", root, "--port", String(port), "--hostname", "127.0.0.1"],
    process.env,
    output,
  );
}
