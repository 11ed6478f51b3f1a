import { randomInt, randomUUID } from "node:crypto";
import { test as base, expect, type Page } from "@playwright/test";
import axe from "axe-core";
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
  /** Whether the test lets time pass at Stripe. It passes for every account: a payment that another test has open expires. */
  movesTime: boolean;
  /** Who moves time is alone; all others go side by side. */
  turn: undefined;
  /** The database of the app under test. */
  db: Client;
  /** Makes an account and signs this page's browser in, without the form. */
  signUp: (page: Page, person?: Person) => Promise<Person>;
};

/** Any number that the app does not lock. */
const TIME_LOCK = 0x71_3e;

export const test = base.extend<Fixtures>({
  movesTime: [false, { option: true }],
  turn: [
    async ({ movesTime }, use) => {
      const client = new Client(process.env.DATABASE_URL);
      await client.connect();
      await client.query(`select pg_advisory_lock${movesTime ? "" : "_shared"}(${TIME_LOCK})`);
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

/**
 * Fails on anything that axe finds against WCAG 2.2 AA, and on content wider than the screen. Axe runs in the page itself:
 * there are no frames of others, and the builder made for Playwright takes six times as long.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const found = await window.axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(({ id, nodes }) => ({ id, at: nodes.map((node) => node.html) }));
  });
  expect(violations).toEqual([]);
  const tooWide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(tooWide, "pixels wider than the screen").toBe(0);
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** The ways in which pages are looked at. */
export const LOOKS = [
  { name: "light, desktop", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { name: "dark, desktop", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { name: "light, phone", colorScheme: "light", viewport: { width: 375, height: 740 } },
  { name: "dark, phone", colorScheme: "dark", viewport: { width: 375, height: 740 } },
] as const;
