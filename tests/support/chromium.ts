import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { chromium } from "@playwright/test";

/** The headless shell first: Chromium whole draws a window of its own around each page, for nobody, at half as much again. */
const INSTALLED = [
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * The Chromium to test with: PLAYWRIGHT_CHROMIUM_PATH, else the one that Playwright downloaded, else one that the
 * machine has. Undefined when there is none.
 */
function findChromium(): string | undefined {
  const named = process.env.PLAYWRIGHT_CHROMIUM_PATH?.trim();
  return named || [chromium.executablePath(), ...INSTALLED].find((path) => existsSync(path));
}

/**
 * Finds a Chromium or installs one: Playwright's own, or Debian's where that download is not to be had.
 * @throws Error in words for a person
 */
export async function ensureChromium(): Promise<void> {
  if (findChromium()) return;
  console.log("There is no Chromium here yet. Installing one…");
  await run("npx", ["--no-install", "playwright", "install", "chromium"]);
  if (!findChromium() && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    await run("apt-get", ["update"]);
    await run("apt-get", ["install", "-y", "--no-install-recommends", "chromium-headless-shell"]);
  }
  if (findChromium()) return;
  throw new Error(
    "No Chromium could be installed. Install Chromium or Chrome yourself, or set PLAYWRIGHT_CHROMIUM_PATH to one.",
  );
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const patience = { timeout: 300_000, maxBuffer: 64 * 1024 * 1024 };
  await promisify(execFile)(program, args, { env, ...patience }).catch((error: Error) => {
    // What it writes is worth reading only when it failed.
    console.log(error.message.slice(-2_000));
  });
}

/** How to start it: no sandbox for root, who has none, and no talking to the network on its own. */
export function chromiumOptions(): { executablePath?: string; args: string[] } {
  const executablePath = findChromium();
  return {
    ...(executablePath ? { executablePath } : {}),
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  };
}
