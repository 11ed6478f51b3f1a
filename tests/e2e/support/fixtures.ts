import { randomInt, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test as base, expect, type Page } from "@playwright/test";
import type axe from "axe-core";
import { Client } from "pg";

export { expect };

export type Person = { name: string; email: string; password: string };

/** Somebody nobody has seen before. */
export const somebody = (): Person => ({
  name: "Ines Almeida",
  email: `ines-${randomUUID()}@example.com`,
  password: "correct horse battery",
});

type Fixtures = {
  /**
   * Whether the test must be alone: it counts what the app asks of its database, or lets time pass at Stripe. That passes for
   * every account: a payment that another test has open expires.
   */
  isAlone: boolean;
  /** Who moves time is alone; all others go side by side. */
  turn: undefined;
  /** The database of the app under test. */
  db: Client;
  /** Makes an account and signs this page's browser in, without the form. */
  signUp: (page: Page, person?: Person) => Promise<Person>;
};

/** Any number that the app does not lock. */
const TURN_LOCK = 0x71_3e;

export const test = base.extend<Fixtures>({
  isAlone: [false, { option: true }],
  turn: [
    async ({ isAlone }, use) => {
      const client = new Client(process.env.DATABASE_URL);
      await client.connect();
      await client.query(`select pg_advisory_lock${isAlone ? "" : "_shared"}(${TURN_LOCK})`);
      await use(undefined);
      await client.end();
    },
    // Waiting for a turn takes nothing of the test's own time.
    { auto: true, timeout: 15 * 60_000 },
  ],
  // Each test comes from an address of its own (198.18.0.0/15 is for tests, RFC 2544), so that they do not use up each
  // other's sign-up limit.
  extraHTTPHeaders: async ({ extraHTTPHeaders }, use) => {
    const address = `198.${randomInt(18, 20)}.${randomInt(256)}.${randomInt(1, 255)}`;
    await use({ ...extraHTTPHeaders, "x-forwarded-for": address });
  },
  // Asks for the turn, so that nobody writes before it has come.
  db: async ({ turn: _turn }, use) => {
    const client = new Client(process.env.DATABASE_URL);
    await client.connect();
    await use(client);
    await client.end();
  },
  signUp: async ({ baseURL }, use) => {
    await use(async (page, person = somebody()) => {
      const response = await page.request.post("/api/auth/sign-up/email", {
        data: person,
        headers: { origin: new URL(baseURL ?? "").origin },
      });
      expect(response.status()).toBe(200);
      return person;
    });
  },
});

/** Half as large as what the package says its source is, and sent to every page that is looked at. */
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Axe's rules about colours, of those that it applies unless told otherwise. */
const ABOUT_COLOURS = ["color-contrast", "link-in-text-block"];

/**
 * Fails on anything that axe finds against WCAG 2.2 AA, on content wider than the screen, and on words that do not show: in
 * light and dark, on a desktop and a phone. Axe runs in the page itself: there are no frames of others, and the builder
 * made for Playwright takes six times as long. The page is loaded once: between its looks is nothing but CSS, and from light to
 * dark nothing but colours.
 * @param says what stands in its main part
 */
export async function expectAccessible(page: Page, says: readonly (string | RegExp)[] = []): Promise<void> {
  await page.evaluate(AXE);
  for (const { name, colorScheme, viewport, rules } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(viewport);
    // A page that was come to by a link has its title a moment after its content.
    await expect(page, name).toHaveTitle(/\S/);
    for (const words of says)
      await expect(
        page.getByRole("main").getByText(words).filter({ visible: true }).first(),
        name,
      ).toBeVisible();
    const { violations, tooWide } = await page.evaluate(async (runOnly) => {
      // Colours that fade from one look to the next are those of neither. To wait for the end takes frames, which a browser
      // without a screen does not always draw.
      for (const animation of document.getAnimations())
        if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
      const found = await window.axe.run(document, {
        resultTypes: ["violations"],
        ...(runOnly ? { runOnly } : {}),
      });
      const { scrollWidth, clientWidth } = document.documentElement;
      return {
        violations: found.violations.map(({ id, nodes }) => ({ id, at: nodes.map((node) => node.html) })),
        tooWide: scrollWidth - clientWidth,
      };
    }, rules);
    expect(violations, name).toEqual([]);
    expect(tooWide, `${name}: pixels wider than the screen`).toBe(0);
  }
}

/** For what is looked for again and again. */
export const SOON = { timeout: 1_000 };

/**
 * Waits as somebody does who turns to the page's window every moment: an open dashboard then asks at once, and not in five
 * seconds or in a minute. That it asks by itself is shown by dashboard-live.spec.ts.
 */
export function turningBack(page: Page, isSo: () => Promise<void>): Promise<void> {
  return expect(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await isSo();
  }).toPass({ timeout: 90_000, intervals: [100] });
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const PHONE = { width: 375, height: 740 };
const DESKTOP = { width: 1280, height: 900 };

/** The ways in which pages are looked at, by all of axe's rules or by some: the last is how a test goes on. */
const LOOKS = [
  { name: "light, phone", colorScheme: "light", viewport: PHONE, rules: null },
  { name: "dark, phone", colorScheme: "dark", viewport: PHONE, rules: ABOUT_COLOURS },
  { name: "dark, desktop", colorScheme: "dark", viewport: DESKTOP, rules: null },
  { name: "light, desktop", colorScheme: "light", viewport: DESKTOP, rules: ABOUT_COLOURS },
] as const;
