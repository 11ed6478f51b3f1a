import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";
import { clientOf, Receiver } from "./support";

/** Stripe's own CLI, which plays the recipes that its documentation names. https://docs.stripe.com/cli/trigger */
const CLI = createRequire(import.meta.url).resolve("@stripe/cli/bin/shim.js");
const run = promisify(execFile);

let local: LocalStripe;
let receiver: Receiver;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "stripe-cli-"));
  local = await startLocalStripe({ seed: 1 });
  receiver = await Receiver.listen();
  const { secret } = await clientOf(local).webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ["*"],
  });
  receiver.secret = secret ?? "";
});

afterAll(async () => {
  await local.close();
  receiver.close();
  await rm(home, { recursive: true, force: true });
});

/** Nothing of this is written into the user's own folder, and nothing is told to anyone. */
const trigger = (recipe: string) =>
  run(
    process.execPath,
    [CLI, "trigger", recipe, "--api-base", local.url, "--api-key", "sk_test_1234567890ab"],
    {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        XDG_CONFIG_HOME: home,
        STRIPE_CLI_TELEMETRY_OPTOUT: "1",
        NODE_ENV: "test",
      },
      timeout: 20_000,
    },
  );

describe("Stripe's own CLI", () => {
  test.each([
    ["checkout.session.completed"],
    ["checkout.session.async_payment_succeeded"],
    ["checkout.session.async_payment_failed"],
    ["checkout.session.expired"],
    ["customer.created"],
    ["customer.updated"],
    ["customer.deleted"],
    ["customer.subscription.created"],
    ["customer.subscription.updated"],
    ["customer.subscription.deleted"],
    ["customer.subscription.paused"],
    ["customer.subscription.trial_will_end"],
    ["invoice.created"],
    ["invoice.finalized"],
    ["invoice.paid"],
    ["invoice.payment_failed"],
    ["invoice.payment_action_required"],
    ["invoice.payment_succeeded"],
    ["invoice.updated"],
    ["invoice.voided"],
    ["invoice.marked_uncollectible"],
    ["product.created"],
    ["product.updated"],
    ["product.deleted"],
    ["price.created"],
    ["price.updated"],
    ["payment_method.attached"],
    ["charge.refunded"],
    ["subscription_schedule.created"],
    ["coupon.created"],
  ])("stripe trigger %s succeeds, and its event is delivered, signed", async (recipe) => {
    receiver.deliveries.length = 0;
    const { stdout } = await trigger(recipe);
    expect(stdout).toContain("Trigger succeeded!");
    expect(await receiver.until(recipe)).toMatchObject({ object: "event", type: recipe, livemode: false });
  });
});
