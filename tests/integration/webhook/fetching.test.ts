import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { askInTurn, nullIfMissing, retrieveObject, retryAfterOf, withTurn } from "@/lib/billing/fetch";
import type { Answer } from "@/lib/billing/mirror";
import { compareWithStripe } from "@/lib/billing/reconcile/compare";
import { patiently } from "@/lib/billing/reconcile/patience";
import { subscriptions } from "@/lib/billing/subscription/store";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";
import { aProduct, aSubscription } from "../../support/events";

vi.mock("node:timers/promises", { spy: true });

useDatabase({ STRIPE_REQUESTS_PER_SECOND: "100" });

/** A Stripe whose answers do not say when they were given. */
const undated = createServer((request, response) => {
  const isList = request.url?.startsWith("/v1/products");
  response.sendDate = false;
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(isList ? { object: "list", data: [aProduct()] } : aSubscription()));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => undated.listen(0, "127.0.0.1", resolve));
  const address = undated.address();
  process.env.STRIPE_API_BASE = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
});
afterAll(() => undated.close());

const answer: Answer = { object: null, askedAt: new Date(0), answeredAt: new Date(0), versionBefore: 0 };

/** Questions that are answered when the test says so. */
function questions() {
  const asked: string[] = [];
  const open = new Map<string, () => void>();
  const ask = (name: string) => () => {
    asked.push(name);
    return new Promise<Answer>((resolve) => open.set(name, () => resolve(answer)));
  };
  const untilAsked = async (count: number) => {
    while (asked.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { asked, ask, untilAsked, answer: (name: string) => open.get(name)?.() };
}

let q = questions();
beforeEach(() => {
  q = questions();
});

describe("questions to Stripe", () => {
  it("about one object are one while they wait for their turn, and follow each other after that", async () => {
    const first = askInTurn("sub_1", q.ask("first"));
    const joined = askInTurn("sub_1", q.ask("joined"));
    await q.untilAsked(1);
    // The first has left: what has happened since may not be in its answer.
    const second = askInTurn("sub_1", q.ask("second"));
    const joinedToo = askInTurn("sub_1", q.ask("joined too"));
    q.answer("first");
    await Promise.all([first, joined]);
    await q.untilAsked(2);
    q.answer("second");
    await Promise.all([second, joinedToo]);
    expect(q.asked).toEqual(["first", "second"]);
  });

  it("are at most five at once", async () => {
    const names = Array.from({ length: 12 }, (_, n) => `in_${n}`);
    const all = names.map((name) => askInTurn(name, q.ask(name)));
    await q.untilAsked(5);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(q.asked).toHaveLength(5);
    for (const n of names.keys()) {
      await q.untilAsked(n + 1);
      q.answer(q.asked[n] ?? "");
    }
    await Promise.all(all);
  });

  it("keep the pace that the environment sets", async () => {
    const begun = Date.now();
    const now = () => Promise.resolve(answer);
    await Promise.all(Array.from({ length: 30 }, (_, n) => askInTurn(`pace_${n}`, now)));
    expect(Date.now() - begun).toBeGreaterThanOrEqual(280);
  });

  it("that fail leave the way free for the next", async () => {
    const broken = () => Promise.reject(new Error("no answer"));
    const [first, second] = [askInTurn("x", broken), askInTurn("x", broken)];
    await expect(first).rejects.toThrow("no answer");
    await expect(second).rejects.toThrow("no answer");
    await expect(askInTurn("x", () => Promise.resolve(answer))).resolves.toEqual(answer);
  });
});

describe("a question that nobody waits for", () => {
  beforeEach(() => {
    vi.mocked(sleep).mockReset().mockResolvedValue(undefined);
  });
  afterEach(() => {
    vi.mocked(sleep).mockReset();
  });

  it.each([
    ["one too many", { statusCode: 429 }],
    ["met a bad moment of Stripe's", { statusCode: 500 }],
    ["met a bad moment of the network", { type: "StripeConnectionError" }],
  ])("is asked again if it was %s, later each time, six times at the most", async (_why, fields) => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const error = Object.assign(new Error("not now"), fields);
    const ask = vi.fn<() => Promise<string>>().mockRejectedValue(error);
    await expect(patiently(ask, Number.POSITIVE_INFINITY)).rejects.toBe(error);
    expect(ask).toHaveBeenCalledTimes(6);
    expect(vi.mocked(sleep).mock.calls.map(([ms]) => ms)).toEqual([750, 1500, 3000, 6000, 12_000]);
    ask.mockReset().mockRejectedValueOnce(error).mockResolvedValue("an answer");
    expect(await patiently(ask, Number.POSITIVE_INFINITY)).toBe("an answer");
  });

  it("is not asked again after the deadline, nor waited for until then", async () => {
    const error = Object.assign(new Error("not now"), { statusCode: 500 });
    const ask = vi.fn<() => Promise<string>>().mockRejectedValue(error);
    await expect(patiently(ask, Date.now() + 499)).rejects.toBe(error);
    expect(ask).toHaveBeenCalledTimes(1);
    expect(sleep).not.toHaveBeenCalled();
  });

  it.each([
    Object.assign(new Error("no"), { statusCode: 403, type: "StripePermissionError" }),
    new Error("a bug"),
    "no error",
  ])("is not asked again where that would change nothing: %s", async (error) => {
    const ask = vi.fn<() => Promise<string>>().mockRejectedValue(error);
    await expect(patiently(ask, Number.POSITIVE_INFINITY)).rejects.toBe(error);
    expect(ask).toHaveBeenCalledTimes(1);
  });
});

describe("an answer without a date", () => {
  it("is none, about one object as in a list of them: it cannot be put in order", async () => {
    await expect(subscriptions.ask("sub_1")).rejects.toThrow("for sub_1 has no Date header");
    const pass = { since: null, invoicesSince: new Date(0), isDry: false, deadline: Date.now() + 60_000 };
    await expect(compareWithStripe({ name: "undated", ...pass })).rejects.toThrow(
      "for a list of products has no Date header",
    );
    expect(await db().product.count()).toBe(0);
  });
});

describe("what Stripe says about itself", () => {
  const headers = { date: new Date(0).toUTCString() };
  const missing = Object.assign(new Error("none"), { code: "resource_missing", headers });

  it("that there is no such object is an answer", async () => {
    expect(nullIfMissing(missing)).toBeNull();
    expect(await retrieveObject("sub_1", () => Promise.reject(missing))).toMatchObject({
      object: null,
      answeredAt: new Date(0),
    });
  });

  it("was asked as long before it answered as the answer took, on its clock", async () => {
    vi.spyOn(performance, "now").mockReturnValueOnce(1_000).mockReturnValueOnce(31_500);
    const { askedAt } = await retrieveObject("sub_1", () => Promise.reject(missing));
    expect(askedAt).toEqual(new Date(-30_500));
  });

  it("that a customer was deleted is one too, and what was not is as it is", async () => {
    const lastResponse = { headers, requestId: "req_1", statusCode: 200 };
    const objectOf = async (object: object) =>
      (await retrieveObject("cus_1", async () => ({ ...object, lastResponse }))).object;
    expect(await objectOf({ id: "cus_1", deleted: true })).toBeNull();
    expect(await objectOf({ id: "cus_1", deleted: false })).toMatchObject({ id: "cus_1" });
    expect(await objectOf({ id: "cus_1" })).toMatchObject({ id: "cus_1" });
  });

  it.each([
    ["of another kind", Object.assign(new Error("slow down"), { code: "rate_limit", headers })],
    ["of no kind", new Error("socket hang up")],
    ["that is none", { code: "resource_missing", headers }],
  ])("an error %s is no answer", async (_kind, error) => {
    await expect(retrieveObject("sub_1", () => Promise.reject(error))).rejects.toBe(error);
    expect(() => nullIfMissing(error)).toThrow();
  });

  it.each([
    ["2", 2_000],
    ["86400", 3_600_000],
    ["0", 0],
    ["-5", 0],
    ["soon", 0],
    [undefined, 0],
  ])("Retry-After: %s is so long, and an hour at the most", (after, ms) => {
    const answered = { headers: { "retry-after": after } };
    expect(retryAfterOf(Object.assign(new Error("slow down"), answered))).toBe(ms);
    expect(retryAfterOf(answered)).toBe(0);
    expect(retryAfterOf(new Error("socket hang up"))).toBe(0);
  });

  it("Retry-After silences every question for as long", async () => {
    const limited = Object.assign(new Error("slow down"), { headers: { "retry-after": "1" } });
    const begun = Date.now();
    await expect(askInTurn("sub_1", () => Promise.reject(limited))).rejects.toThrow("slow down");
    await askInTurn("sub_other", () => Promise.resolve(answer));
    expect(Date.now() - begun).toBeGreaterThanOrEqual(990);
  });

  it("one of an hour is waited for by nobody: who asks is told at once, with Stripe's reason", async () => {
    const limited = Object.assign(new Error("not before an hour"), { headers: { "retry-after": "3600" } });
    const brief = Object.assign(new Error("not before a second"), { headers: { "retry-after": "1" } });
    // The second one was on its way already, and its answer comes last: the longer silence stands.
    const failing = (error: Error, ms: number) =>
      withTurn(() => new Promise((_, reject) => setTimeout(reject, ms, error)));
    const both = await Promise.allSettled([failing(limited, 100), failing(brief, 200)]);
    expect(both).toMatchObject([{ reason: limited }, { reason: brief }]);
    for (const id of ["sub_other", "sub_1"])
      await expect(askInTurn(id, () => Promise.resolve(answer))).rejects.toBe(limited);
  });
});
