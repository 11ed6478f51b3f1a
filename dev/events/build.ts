import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoScenes } from "./scenes";

/** The story takes an hour and a bit; nothing in it should be still to come. */
const STORY_MS = 70 * 60_000;

/**
 * Writes the demo events into a folder, a file for each scene, as a story that ends about now.
 * @returns the files' paths, by the scene's name
 */
export function writeScenes(folder: string, now: Date): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  const scenes = Object.entries(demoScenes(new Date(now.getTime() - STORY_MS)));
  return Object.fromEntries(
    scenes.map(([name, events]) => {
      const file = join(folder, `${name}.json`);
      writeFileSync(file, `${JSON.stringify(events, null, 2)}\n`);
      return [name, file];
    }),
  );
}
