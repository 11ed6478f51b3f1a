import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Stripe from "stripe";
import { expect, onTestFinished, test } from "vitest";
import { startLocalStripe } from "@/dev/stripe/server";
import { catalogue, customerWith } from "./billing";
import { submit } from "./pages-support";
import { clientOf } from "./support";

test("cards, payments, refunds, credit notes and entitlements are there after a restart, and go on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stripe-payments-"));
  const dataFile = join(folder, "stripe.data");
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const first = await startLocalStripe({ seed: 1, dataFile });
  const stripe = clientOf(first);

  const { solo } = await catalogue(stripe);
  const feature = await stripe.entitlements.features.create({ lookup_key: "exports", name: "Exports" });
  await stripe.products.createFeature(String(solo.product), { entitlement_feature: feature.id });
  const who = await customerWith(stripe, "pm_card_visa");
  const { latest_invoice } = await stripe.subscriptions.create({ ...who, items: [{ price: solo.id }] });
  const note = await stripe.creditNotes.create({
    invoice: String(latest_invoice),
    lines: [
      { type: "custom_line_item", description: "Sorry", unit_amount_decimal: Stripe.Decimal.from("200") },
    ],
    refund_amount: 200,
  });
  const fails = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: who.customer });
  const asked = await stripe.paymentIntents.create({
    amount: 700,
    currency: "usd",
    payment_method: "pm_card_authenticationRequired",
    confirm: true,
    return_url: "http://127.0.0.1:3000/back",
  });
  await first.close();

  const second = await startLocalStripe({ seed: 1, dataFile });
  onTestFinished(() => second.close());
  const after = clientOf(second);
  expect(await after.creditNotes.retrieve(note.id)).toEqual(note);
  expect((await after.refunds.list()).data).toMatchObject([{ amount: 200 }]);
  const entitled = await after.entitlements.activeEntitlements.list({ customer: who.customer });
  expect(entitled.data).toMatchObject([{ lookup_key: "exports", feature: feature.id }]);
  expect((await after.products.listFeatures(String(solo.product))).data).toHaveLength(1);
  // What a card does when it is charged is remembered, and so is the question to its owner.
  await expect(
    after.paymentIntents.create({
      amount: 700,
      currency: "usd",
      customer: who.customer,
      payment_method: fails.id,
      confirm: true,
      off_session: true,
      return_url: "http://127.0.0.1:3000/back",
    }),
  ).rejects.toMatchObject({ code: "card_declined" });
  await submit(`${second.url}/authenticate/${asked.id}`, { answer: "complete" });
  expect(await after.paymentIntents.retrieve(asked.id)).toMatchObject({ status: "succeeded" });
});
