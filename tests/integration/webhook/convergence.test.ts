import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { useDatabase } from "../../support/database";
import { type Endpoint, startEndpoint } from "../../support/endpoints";
import { type Batch, type Findings, liveThrough } from "../../support/lives/batch";
import { life } from "../../support/lives/life";
import { Tally } from "../../support/lives/tally";
import { installWitness } from "../../support/lives/witness";
import { StripeProxy } from "../../support/stripe-proxy";

/** How many lives share an account and run at once. */
const TOGETHER = 40;

/** `SEED=…` lives them again; with `BATCH=…`, the `path` that a failure names, only the batch that failed. */
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const { BATCH } = process.env;

/** How many lives are lived. `LIVES=100000 npm run test:nightly` is the nightly's. */
const LIVES = BATCH ? TOGETHER : Number(process.env.LIVES ?? 1_000);

/** So many lives bring about everything that lives are about, whatever the seed. */
const ENOUGH = 1_000;

/** After how many lives a longer run says how far it is. */
const SAY_EVERY = 1_000;

/** What the clock of each server process is off by. A signature may be five minutes old, or as far in the future. */
const CLOCKS_MS = [0, -200_000, 100_000];

const database = useDatabase({ STRIPE_REQUESTS_PER_SECOND: "100" });
let proxy: StripeProxy;
let endpoints: Endpoint[] = [];

beforeAll(async () => {
  await installWitness(database.url);
  proxy = await StripeProxy.start();
  process.env.STRIPE_API_BASE = proxy.url;
  endpoints = await Promise.all(CLOCKS_MS.map(startWithClock));
});
afterAll(async () => {
  await Promise.all(endpoints.map((endpoint) => endpoint.kill()));
  proxy.close();
});

const startWithClock = (ms: number) =>
  startEndpoint({ STRIPE_API_BASE: proxy.url, CLOCK_SHIFT_MS: String(ms) }, [
    "./tests/support/clock-shift.mjs",
  ]);

const batch = (lives: number): fc.Arbitrary<Batch> =>
  fc.record({
    lives: fc.array(life, { minLength: lives, maxLength: lives }),
    seed: fc.nat(2 ** 31),
    failing: fc.constantFrom(0, 0, 0.3),
    slowMs: fc.constantFrom(0, 20, 200),
    // As far as order.ts says that it may be.
    skew: fc.constantFrom(-5, -3, 0, 0, 0, 3, 5),
    lag: fc.constantFrom(0, 0, 0, 2),
    whenRetriesEnd: fc.constantFrom("cancel", "cancel", "unpaid", "past_due"),
    begin: fc.integer({ min: 2_000_000_000, max: 2_100_000_000 }),
  });

it(
  "any delivery of any life ends in what Stripe says, and never goes back on the way",
  async () => {
    const total = new Tally();
    const lives = Math.min(LIVES, TOGETHER);
    await fc.assert(
      fc.asyncProperty(batch(lives), async (batch) => {
        const found = await liveThrough(batch, { endpoints, proxy });
        expect(broken(found), `with ${found.lagging} late answers`).toEqual({});
        total.add(lives, found);
        if (total.lives % SAY_EVERY < lives && total.lives < LIVES)
          process.stdout.write(`${total.lives} of ${LIVES} lives, ${total.events} events. SEED=${SEED}\n`);
      }),
      // Lived again in another order it is another delivery, so a failure is shown as it was, not made smaller.
      { seed: SEED, numRuns: Math.ceil(LIVES / lives), endOnFailure: true, ...(BATCH && { path: BATCH }) },
    );
    process.stdout.write(
      `${total.lives} lives: ${total.events} events in ${total.deliveries} deliveries to 3 processes, ` +
        `${total.requests} calls to Stripe, ${total.lagging} of them answered late. 0 lost, ${total.recovered} recovered, 0 applied twice, ` +
        `0 stale overwrites (but ${total.unjudged} objects with a late answer are not judged), 0 false facts. ` +
        `${total.results}. Done of what was tried: ${total.deeds}. ` +
        `${BATCH ? `BATCH=${BATCH}` : `LIVES=${LIVES}`} SEED=${SEED} lives them again.\n`,
    );
    expect(total.lives).toBeGreaterThanOrEqual(LIVES);
    if (LIVES >= ENOUGH) expect(total.missing, "never came about").toEqual([]);
  },
  24 * 3_600_000,
);

it("a batch that is lived again from its seed brings the same events", async () => {
  const [few] = fc.sample(batch(4), { seed: SEED, numRuns: 1 });
  if (!few) throw new Error("There is nothing to live through.");
  const told = async () => {
    const { account } = await liveThrough(few, { endpoints, proxy });
    return account.events.map(({ request, ...event }) =>
      JSON.stringify(event).replaceAll(account.url, "https://stripe.example"),
    );
  };
  expect(await told()).toEqual(await told());
}, 300_000);

/** The promises that a batch found broken, and by what. */
const broken = ({ lost, unsettled, appliedTwice, staleOverwrites, falseFacts }: Findings) =>
  Object.fromEntries(
    Object.entries({ lost, unsettled, appliedTwice, staleOverwrites, falseFacts }).filter(
      ([, found]) => found.length > 0,
    ),
  );
