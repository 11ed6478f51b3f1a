import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { POST } from "@/app/api/webhooks/stripe/route";
import { readDeliveryCounts } from "@/lib/billing/webhook/deliveries";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { sign } from "../../support/deliver";
import { anEvent, aSubscription } from "../../support/events";

useDatabase();

const payload = JSON.stringify(
  anEvent("customer.subscription.updated", aSubscription({ metadata: { name: "Zoë ✓ 株式会社" } })),
);
const bytes = new TextEncoder().encode(payload);
const seconds = () => Math.floor(Date.now() / 1000);

type Forgery = { body: Uint8Array<ArrayBuffer>; signature: string | null };

const index = (length: number) => fc.nat(length - 1);
const original = () => ({ body: bytes, signature: sign(payload) });

/** What an attacker can do with a request that they saw pass: change its body, its header, or the time. */
const forgeries: fc.Arbitrary<Forgery> = fc.oneof(
  fc.tuple(index(bytes.length), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
    const body = bytes.slice();
    body[at] = (body[at] ?? 0) ^ flip;
    return { ...original(), body };
  }),
  index(bytes.length).map((length) => ({ ...original(), body: bytes.slice(0, length) })),
  fc
    .uint8Array({ minLength: 1, maxLength: 64 })
    .map((more) => ({ ...original(), body: Uint8Array.from([...bytes, ...more]) })),
  fc.tuple(index(80), fc.constantFrom(..."0123456789abcdefgt=,v ")).map(([at, char]) => {
    const signature = sign(payload);
    const changed = signature.slice(0, at) + char + signature.slice(at + 1);
    return { body: bytes, signature: changed === signature ? null : changed };
  }),
  fc
    .string({ maxLength: 200 })
    .map((text) => ({ body: bytes, signature: text.replace(/[^\x20-\x7e]/g, "") })),
  fc
    .integer({ min: 301, max: 10 ** 9 })
    .map((age) => ({ body: bytes, signature: sign(payload, seconds() - age) })),
  fc
    .integer({ min: 303, max: 10 ** 9 })
    .map((lead) => ({ body: bytes, signature: sign(payload, seconds() + lead) })),
  fc
    .constantFrom(", ", ",")
    .map((joint) => ({ body: bytes, signature: [sign(payload), sign(payload)].join(joint) })),
  fc
    .string({ minLength: 1, maxLength: 40 })
    .map((key) => ({ body: bytes, signature: sign(payload, seconds(), `whsec_${key}`) })),
  fc.constant({ body: bytes, signature: null }),
);

const post = ({ body, signature }: Forgery) => {
  const headers = new Headers(signature === null ? {} : { "stripe-signature": signature });
  return POST(new Request("http://localhost/", { method: "POST", body, headers }));
};

it("10,000 forgeries of a signed request are refused, and nothing is stored", async () => {
  // The first refusal is counted at once, which takes a connection: while thousands follow, that might take too long.
  await post({ body: bytes, signature: null });
  while ((await readDeliveryCounts()).length === 0) await sleep(20);
  await fc.assert(
    fc.asyncProperty(forgeries, async (forgery) => {
      expect((await post(forgery)).status).toBe(400);
    }),
    { numRuns: 10_000 },
  );
  expect(await db().stripeEvent.count()).toBe(0);
  expect(await db().subscription.count()).toBe(0);
}, 120_000);
