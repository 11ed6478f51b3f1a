import { runSuites, SUITES } from "./support/suites.ts";

/** `npm test`: every test. `npm test -- unit e2e`: some of the suites. `npm test -- storm`: e2e, in bad weather. */
const given = process.argv.slice(2);
if (given.includes("storm")) process.env.E2E_WEATHER = "storm";
const named = given.map((name) => (name === "storm" ? "e2e" : name));
const wanted = SUITES.filter((suite) => named.length === 0 || named.includes(suite));
const unknown = named.filter((name) => !SUITES.some((suite) => suite === name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(", ")}. The suites are ${SUITES.join(", ")}; or storm.`);
  process.exit(1);
}
process.exitCode = (await runSuites(wanted)) ? 0 : 1;
