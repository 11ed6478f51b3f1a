import { spawnSync } from "node:child_process";
import { auditVerdict } from "./support/audit.ts";
import { root } from "./support/programs.ts";

/**
 * Asks the registry what is known against the packages that are deployed. Fails on what is high or critical, and on nothing
 * else: not every registry answers this question, and no machine is always online.
 */
const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], {
  cwd: root,
  encoding: "utf8",
  timeout: 60_000,
});
const { words, isBad } = auditVerdict(stdout ?? "");
console.log(words);
process.exitCode = isBad ? 1 : 0;
