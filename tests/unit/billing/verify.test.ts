import { createHmac } from "node:crypto";
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { TOLERANCE_SECONDS, verifyEvent } from "@/lib/billing/webhook/verify";
import { anEvent, aSubscription } from "../../support/events";

const secret = "whsec_current";
const now = new Date("2026-11-24T12:00:00Z");
const seconds = now.getTime() / 1000;
const payload = JSON.stringify(
  anEvent("customer.subscription.updated", aSubscription({ metadata: { name: "Zoë ✓" } })),
);
const webhooks = new Stripe("sk_test_unit").webhooks;

const sign = (body = payload, timestamp = seconds, key = secret) =>
  webhooks.generateTestHeaderString({ payload: body, secret: key, timestamp });
const verify = (fields: Partial<Parameters<typeof verifyEvent>[0]> = {}) =>
  verifyEvent({ payload, signature: sign(), secrets: [secret], now, ...fields });

describe("an event that Stripe signed", () => {
  it("is verified, and keeps the bytes that were signed", () => {
    const verification = verify();
    expect(verification.ok && verification.event.payload).toBe(payload);
    expect(verification.ok && verification.event.type).toBe("customer.subscription.updated");
  });

  it("is verified with any of several secrets, while one is being rolled", () => {
    expect(verify({ secrets: ["whsec_next", secret] }).ok).toBe(true);
    expect(verify({ signature: `${sign(payload, seconds, "whsec_old")},${sign().split(",")[1]}` }).ok).toBe(
      true,
    );
  });

  it("is verified up to the tolerance, early or late", () => {
    expect(verify({ signature: sign(payload, seconds - TOLERANCE_SECONDS) }).ok).toBe(true);
    expect(verify({ signature: sign(payload, seconds + TOLERANCE_SECONDS) }).ok).toBe(true);
  });

  it("is what the SDK verifies as well", () => {
    const fresh = sign(payload, Math.floor(Date.now() / 1000));
    expect(webhooks.constructEvent(payload, fresh, secret).id).toBeTruthy();
    expect(verify({ signature: fresh, now: new Date() }).ok).toBe(true);
  });
});

describe("what is refused", () => {
  const [t = "", v1 = ""] = sign().split(",");
  it.each([
    ["no body", { payload: "" }, "no body"],
    ["no header", { signature: null }, "missing"],
    ["an empty header", { signature: "" }, "malformed"],
    ["no timestamp", { signature: v1 }, "malformed"],
    ["no signature", { signature: t }, "malformed"],
    ["two timestamps", { signature: `${t},${t},${v1}` }, "malformed"],
    ["the header sent twice", { signature: `${sign()}, ${sign()}` }, "malformed"],
    ["a timestamp that is no number", { signature: `t=now,${v1}` }, "malformed"],
    ["a signature of another scheme", { signature: `${t},${v1.replace("v1", "v0")}` }, "malformed"],
    ["a signature cut short", { signature: sign().slice(0, -1) }, "malformed"],
    ["a signature in capitals", { signature: `${t},v1=${v1.slice(3).toUpperCase()}` }, "malformed"],
    ["another secret", { secrets: ["whsec_other"] }, "does not match"],
    [
      "an empty secret, signed with an empty secret",
      { secrets: [""], signature: emptyKeySignature() },
      "does not match",
    ],
    ["no secret at all", { secrets: [] }, "does not match"],
    ["a changed body", { payload: payload.replace("active", "paused") }, "does not match"],
    ["a body with a space more", { payload: `${payload} ` }, "does not match"],
    [
      "a moved timestamp",
      { signature: sign().replace(`t=${seconds}`, `t=${seconds + 1}`) },
      "does not match",
    ],
    ["an old signature", { signature: sign(payload, seconds - TOLERANCE_SECONDS - 1) }, "too old"],
    ["a signature from the future", { signature: sign(payload, seconds + TOLERANCE_SECONDS + 1) }, "future"],
    ["a signed body that is not JSON", signed("not json"), "not a JSON object"],
    ["a signed body that is a list", signed("[]"), "not a JSON object"],
    ["a signed body without a type", signed('{"id":"evt_1"}'), "no type"],
  ])("%s", (_, fields, reason) => {
    const verification = verify(fields);
    expect(verification.ok).toBe(false);
    expect(!verification.ok && verification.error).toContain(reason);
  });

  it.each([
    ["somebody without a signature", { signature: null }, "unsigned"],
    ["somebody who made one up", { signature: sign(payload, 1, "whsec_mine") }, "forged"],
    ["Stripe, while its new secret is not deployed", { secrets: ["whsec_old"] }, "mismatched"],
    ["Stripe, while our clock is off", { signature: sign(payload, seconds - 3600) }, "mistimed"],
    ["who signs no event", signed("{}"), "unreadable"],
  ])("%s is told from others", (_, fields, why) => {
    const verification = verify(fields);
    expect(!verification.ok && verification.why).toBe(why);
  });

  function signed(body: string) {
    return { payload: body, signature: sign(body) };
  }
});

/** What an attacker sends who guesses that the secret is unset. */
function emptyKeySignature() {
  return `t=${seconds},v1=${createHmac("sha256", "").update(`${seconds}.${payload}`).digest("hex")}`;
}
