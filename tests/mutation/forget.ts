import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    globalNamespace: string;
    mutantActivation: "static" | "runtime" | undefined;
  }
}

/** The thread stays (kept-worker.ts), and the mutant of the run before with it: while modules load it is not to be there. */
const stryker: unknown = Reflect.get(globalThis, inject("globalNamespace"));
if (inject("mutantActivation") !== "static" && typeof stryker === "object" && stryker)
  Reflect.set(stryker, "activeMutant", undefined);
