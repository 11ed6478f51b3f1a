import { format } from "node:util";
import { afterAll, afterEach } from "vitest";

/**
 * A warning that nobody reads becomes an incident that everybody reads, so one that no test expects fails the test. A
 * test that expects one says so: `vi.spyOn(console, "error").mockImplementation(() => {})`.
 */
const stray: string[] = [];

for (const method of ["error", "warn"] as const) {
  const original = console[method];
  console[method] = (...args: unknown[]) => {
    stray.push(`console.${method}: ${format(...args)}`);
    original(...args);
  };
  afterAll(() => {
    console[method] = original;
  });
}

afterEach(() => {
  const said = stray.splice(0);
  if (said.length > 0) throw new Error(`The code wrote what no test expected:\n${said.join("\n")}`);
});
