import { defineConfig } from "prisma/config";

// Generating the client needs no engine, yet the CLI downloads one unless it is shown a file. Where binaries cannot be
// downloaded that would fail `npm install`; `prisma migrate` still gets its real engine.
if (process.argv.includes("generate")) {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
}

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations", seed: "tsx prisma/seed.ts" },
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});
