import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Generates the Prisma client when there is none, or one of an earlier schema. `npm install` may skip its scripts. */
export function ensurePrismaClient(root: string): void {
  const client = join(root, "lib/generated/prisma/client.ts");
  const schema = join(root, "prisma/schema.prisma");
  if (existsSync(client) && statSync(client).mtimeMs > statSync(schema).mtimeMs) return;
  const prisma = createRequire(import.meta.url).resolve("prisma/build/index.js");
  execFileSync(process.execPath, [prisma, "generate"], { cwd: root, stdio: "pipe" });
}
