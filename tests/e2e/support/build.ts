import { readFileSync } from "node:fs";

/** What the build knows of itself, so that a test meets every address that there is. */

const manifest = (path: string): Record<string, unknown> => JSON.parse(readFileSync(`.next/${path}`, "utf8"));

/** Every page and route, as Next names it: `/operator/events/[id]`. Without what Next shows in place of one. */
export function builtRoutes(): string[] {
  const routes = Object.values(manifest("app-path-routes-manifest.json")).map(String);
  return routes.filter((route) => !route.startsWith("/_")).sort();
}

export type BuiltAction = { id: string; name: string; path: string };

type Reference = { filename: string; exportedName: string; workers: Record<string, unknown> };

/** Every server action, as `app/settings/actions.ts#saveName`, with a page that it can be posted to. */
export function builtActions(): BuiltAction[] {
  const paths = manifest("app-path-routes-manifest.json");
  const { node }: { node?: Record<string, Reference> } = manifest("server/server-reference-manifest.json");
  return Object.entries(node ?? {}).map(([id, { filename, exportedName, workers }]) => {
    const page = Object.keys(workers).find((worker) => !worker.includes("_not-found")) ?? "";
    const path = String(paths[page.replace(/^app/, "")]).replace(/\[\w+\]/g, "none");
    return { id, name: `${filename}#${exportedName}`, path };
  });
}
