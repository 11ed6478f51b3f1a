import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** What `next build` reads, from the root. */
const BUILT_FROM = [
  ...["app", "lib", "proxy.ts", "instrumentation.ts", "prisma/schema.prisma"],
  ...["next.config.mjs", "postcss.config.mjs", "tsconfig.json", "package.json", "package-lock.json"],
];

const HOW = "Run `npm run build` first, or `npm test -- e2e`, which does.";

/** @throws Error in words for a person, when there is no production build, or a source is newer than it */
export function refuseStaleBuild(root: string): void {
  const build = join(root, ".next/BUILD_ID");
  if (!existsSync(build)) throw new Error(`There is no production build to test. ${HOW}`);
  const { mtimeMs } = statSync(build);
  const newer = BUILT_FROM.flatMap((path) => filesIn(root, path)).find(
    (path) => statSync(join(root, path)).mtimeMs > mtimeMs,
  );
  if (newer)
    throw new Error(`The production build is older than ${newer}, so it would be tested without it. ${HOW}`);
}

function filesIn(root: string, path: string): string[] {
  const at = join(root, path);
  if (!existsSync(at)) return [];
  if (statSync(at).isFile()) return [path];
  return (
    readdirSync(at, { withFileTypes: true })
      // Made from the schema, at each installation anew.
      .filter(({ name }) => name !== "generated")
      .flatMap(({ name }) => filesIn(root, join(path, name)))
  );
}
