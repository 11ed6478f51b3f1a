import { mkdirSync } from "node:fs";
import { Client } from "pg";
import { anyPort } from "../dev/ports.ts";
import { median, show, spread } from "./bench/figures.ts";
import { buildFolder, startServer } from "./bench/servers.ts";
import { aSender } from "./e2e/support/sender.ts";
import { subscribe } from "./e2e/support/subscriber.ts";
import { CATEGORIES, type Figures, type Form, measure, type Page } from "./lighthouse/measure.ts";
import setup from "./support/app.global.ts";

/**
 * `npm run lighthouse`: measures the production build (`npm run build` first). As a desktop every page must have 95 in each
 * category, and as a phone in each but performance: there it must not fall far behind a page of Next with nothing on it, for
 * on a slow phone React and Next alone cost most of what is lost.
 * https://developer.chrome.com/docs/lighthouse/performance/performance-scoring
 */
const LEAST = 95;
const MOST_BEHIND = 15;
/** Of several runs the median counts. https://github.com/GoogleChrome/lighthouse/blob/main/docs/variability.md */
const RUNS = Number(process.env.RUNS ?? 3);
const EMPTY = "tests/lighthouse/empty";

type Case = { page: Page; form: Form; runs: Figures[] };

mkdirSync("test-results", { recursive: true });
await buildFolder(EMPTY);
process.env.E2E_PORT = String(await anyPort());
const stop = await setup();
// After the app, for Next gives it the app's instrumentation, which wants the same environment.
const empty = await startServer(EMPTY, {});
try {
  const nothing = toMeasure({ name: "nothing", url: empty.url.href, categories: ["performance"] }, "phone");
  const pages = await ownPages();
  const ours = (["desktop", "phone"] as const).flatMap((form) => pages.map((page) => toMeasure(page, form)));
  // Round by round, so that what the machine does at the same time meets all of them alike.
  for (let run = 0; run < RUNS; run += 1)
    for (const { page, form, runs } of [...ours, nothing]) runs.push(await measure(page, form));
  console.table([...ours, nothing].map((one) => rowOf(one, nothing)));
  for (const problem of ours.flatMap((one) => problemsOf(one, nothing))) {
    console.error(problem);
    process.exitCode = 1;
  }
} finally {
  await empty.stop();
  await stop();
}

function toMeasure(page: Page, form: Form): Case {
  return { page, form, runs: [] };
}

/** The landing page has the pricing on it. */
async function ownPages(): Promise<Page[]> {
  const db = new Client(process.env.DATABASE_URL);
  await db.connect();
  const { email, cookie } = await aSender();
  await subscribe(db, email, "team_monthly", { seats: 3 });
  await db.end();
  const url = (path: string) => `${process.env.APP_URL}${path}`;
  return [
    { name: "landing", url: url("/") },
    { name: "dashboard", url: url("/dashboard"), cookie },
    { name: "settings", url: url("/settings"), cookie },
  ];
}

/** How many points a phone loses on ours that it does not lose on a page with nothing on it, run by run. */
function behind({ runs }: Case, nothing: Case): number[] {
  return runs.map(({ performance }, run) => (nothing.runs[run]?.performance ?? Number.NaN) - performance);
}

function problemsOf(one: Case, nothing: Case): string[] {
  const { page, form, runs } = one;
  const low = CATEGORIES.flatMap((category) => {
    if (form === "phone" && category === "performance") return [];
    const score = median(runs.map((run) => run[category]));
    return score >= LEAST
      ? []
      : `${page.name} as a ${form} has ${score} for ${category}: ${LEAST} is asked for.`;
  });
  const lag = form === "phone" ? median(behind(one, nothing)) : 0;
  return lag <= MOST_BEHIND
    ? low
    : [
        ...low,
        `${page.name} as a phone is ${lag} points behind a page with nothing on it: ${MOST_BEHIND} at most.`,
      ];
}

function rowOf(one: Case, nothing: Case): Record<string, string> {
  const { page, form, runs } = one;
  const figures = (name: keyof Figures) => runs.map((run) => run[name]);
  const middle = (name: keyof Figures) => show(median(figures(name)));
  const scores = (page.categories ?? CATEGORIES).map((category) => [category, spread(figures(category), 0)]);
  return {
    page: page.name,
    as: form,
    ...Object.fromEntries(scores),
    ...(form === "phone" && one !== nothing ? { "behind nothing": spread(behind(one, nothing), 0) } : {}),
    "FCP ms": middle("fcp"),
    "LCP ms": middle("lcp"),
    "TBT ms": middle("tbt"),
    CLS: show(median(figures("cls")), 3),
    machine: middle("machine"),
  };
}
