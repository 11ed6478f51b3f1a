import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { chromiumOptions } from "../support/chromium.ts";

/** It wants a newer Node than the app does: npx brings both. */
const LIGHTHOUSE = "13.5.0";

export const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
export type Category = (typeof CATEGORIES)[number];

/**
 * As Lighthouse means them: a phone on slow 4G with a processor four times slower than this one, and a desktop on a line of
 * 10 Mbit/s. https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
 */
export type Form = "phone" | "desktop";

export type Page = {
  name: string;
  url: string;
  cookie?: string;
  /** All, unless told. */
  categories?: readonly Category[];
};

/**
 * Scores in hundredths, times in milliseconds, and how fast the machine was meanwhile by Lighthouse's own measure: some 2,000
 * for one that does nothing else, and below 1,000 the figures are more about the machine than about the page.
 */
export type Figures = Record<Category | "fcp" | "lcp" | "tbt" | "cls" | "machine", number>;

/** One visit, by a browser of its own. The whole report is kept in `test-results/`. */
export async function measure(
  { name, url, cookie, categories = CATEGORIES }: Page,
  form: Form,
): Promise<Figures> {
  const report = `test-results/lighthouse-${name}-${form}.json`;
  const { executablePath, args } = chromiumOptions();
  await promisify(execFile)(
    "npx",
    [
      ...["-y", "-p", "node@24", "-p", `lighthouse@${LIGHTHOUSE}`, "lighthouse", url],
      ...["--quiet", "--output=json", `--output-path=${report}`],
      ...(form === "desktop" ? ["--preset=desktop"] : []),
      `--only-categories=${categories.join(",")}`,
      `--chrome-flags=--headless=new ${args.join(" ")}`,
      // Who is signed in is not for search engines, and says so.
      ...(cookie ? ["--skip-audits=is-crawlable", `--extra-headers=${JSON.stringify({ cookie })}`] : []),
    ],
    { env: { ...process.env, ...(executablePath ? { CHROME_PATH: executablePath } : {}) } },
  );
  return figuresOf(JSON.parse(await readFile(report, "utf8")));
}

type Report = {
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { numericValue?: number }>;
  environment: { benchmarkIndex: number };
};

function figuresOf({ categories, audits, environment }: Report): Figures {
  const score = (category: Category) => Math.round((categories[category]?.score ?? Number.NaN) * 100);
  const metric = (audit: string) => audits[audit]?.numericValue ?? Number.NaN;
  return {
    performance: score("performance"),
    accessibility: score("accessibility"),
    "best-practices": score("best-practices"),
    seo: score("seo"),
    fcp: metric("first-contentful-paint"),
    lcp: metric("largest-contentful-paint"),
    tbt: metric("total-blocking-time"),
    cls: metric("cumulative-layout-shift"),
    machine: environment.benchmarkIndex,
  };
}
