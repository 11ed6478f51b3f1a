import { beforeEach, describe, expect, it, vi } from "vitest";
import { POST } from "@/app/api/mail/route";
import { findTrouble, openFindings } from "@/lib/billing/findings";
import { linkCustomer } from "@/lib/billing/ownership";
import { db } from "@/lib/db";
import { mailboxCount } from "@/lib/mail/allowance";
import { deliverAndWatch, deliverMail } from "@/lib/mail/deliver";
import { letterOf } from "@/lib/mail/letter";
import { claimMail, readMailState, replayMail } from "@/lib/mail/outbox";
import { messageIdOf, openPostbox } from "@/lib/mail/send";
import { readMail } from "@/lib/operator/mail";
import { query } from "@/lib/pool";
import { useDatabase } from "../../support/database";
import { clearBilling, deliver } from "../../support/deliver";
import { anEvent, anInvoice, anItem, aPrice, aProduct, aSubscription } from "../../support/events";
import { useMailbox } from "../../support/mailbox";

const box = useMailbox();
useDatabase({ MAIL_FROM: "Cairn <billing@example.com>" });

const NOW = Math.floor(Date.now() / 1000);
const DAY = 86_400;
let count = 0;
let person = { id: "", email: "", customer: "" };

/** A user of their own for each test, so that their mails are too. */
beforeEach(async () => {
  await clearBilling();
  box().refuseWith(null);
  count += 1;
  person = { id: `user_${count}`, email: `ada${count}@example.com`, customer: `cus_${count}` };
  await db().user.create({ data: { id: person.id, name: "Ada", email: person.email } });
  await linkCustomer({ userId: person.id, customerId: person.customer });
});

const bill = (fields: object = {}) =>
  anInvoice({ id: `in_${count}`, customer: person.customer, attempt_count: 1, parent: null, ...fields });
const failed = (fields: object = {}, created = NOW) =>
  anEvent("invoice.payment_failed", bill(fields), { created });
const subscription = (fields: object = {}) =>
  aSubscription({ id: `sub_${count}`, customer: person.customer, items: { data: [] }, ...fields });
const updated = (fields: object, previous: object) => ({
  ...anEvent("customer.subscription.updated", {}, { created: NOW }),
  data: { object: subscription(fields), previous_attributes: previous },
});

/** As if the moments had passed for which a mail waits. */
const makeDue = () =>
  db().fact.updateMany({
    where: { mail: "pending" },
    data: { nextAttemptAt: new Date(0), lockedUntil: null },
  });
const sendDue = async () => {
  await makeDue();
  await deliverMail(Date.now() + 60_000);
};
const subjects = () =>
  box()
    .list(person.email)
    .map(({ subject }) => subject);
const mailStates = async () =>
  (await db().fact.findMany({ orderBy: { key: "asc" } })).map(({ kind, mail }) => `${kind} ${mail}`);

describe("a customer is told by mail", () => {
  it("what failed, how to mend it, and when it is tried again: in HTML and in plain text", async () => {
    await deliver(failed({ next_payment_attempt: NOW + 3 * DAY }));
    await sendDue();
    const [mail, ...more] = box().list(person.email);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({
      from: "Cairn <billing@example.com>",
      subject: "Your payment of $20.00 to Cairn failed",
      messageId: messageIdOf(`payment_failed:in_${count}:1`),
    });
    for (const words of [
      "We could not collect $20.00",
      "It is tried again on",
      "https://invoice.stripe.com/i/1",
    ]) {
      expect(mail?.html).toContain(words);
      expect(mail?.text).toContain(words);
    }
    expect(await mailStates()).toEqual(["payment_failed sent"]);
  });

  it("as soon as it is due, by one who was told before that", async () => {
    await deliver(failed());
    await query("update facts set next_attempt_at = now() + interval '1 second'");
    await deliverAndWatch();
    expect(subjects()).toEqual(["Your payment of $20.00 to Cairn failed"]);
  });

  it("once, however many processes look at the same moment", async () => {
    await deliver(failed());
    await makeDue();
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimMail(10, false)));
    expect(claims.flat()).toHaveLength(1);
    await makeDue();
    await Promise.all(Array.from({ length: 4 }, () => deliverMail(Date.now() + 60_000)));
    expect(subjects()).toHaveLength(1);
    await sendDue();
    expect(subjects()).toHaveLength(1);
  });

  it("not before what belongs to the same moment can have come", async () => {
    await deliver(failed());
    await deliverMail(Date.now() + 60_000);
    expect(subjects()).toEqual([]);
  });

  it.each([
    ["by its price's lookup key", { lookup_key: "team_monthly" }, {}],
    ["by its product, where another price has the key by now", { lookup_key: null }, { plan: "team" }],
  ])(
    "with the name of the plan, though an add-on was there before it: found %s",
    async (_, fields, metadata) => {
      await deliver(anEvent("product.created", aProduct({ id: "prod_addon", name: "Support" })));
      await deliver(anEvent("product.created", aProduct({ id: "prod_team", name: "Team", metadata })));
      const addOn = aPrice({ id: "price_addon", product: "prod_addon", lookup_key: null });
      const team = aPrice({ id: "price_team", product: "prod_team", ...fields });
      for (const price of [addOn, team]) await deliver(anEvent("price.created", price));
      const items = [anItem({ id: "si_addon", price: addOn }), anItem({ id: "si_plan", price: team })];
      const parent = { subscription_details: { subscription: `sub_${count}` } };
      await deliver(
        anEvent(
          "customer.subscription.created",
          subscription({ status: "incomplete", items: { data: items } }),
        ),
      );
      await deliver(failed({ parent }));
      await sendDue();
      expect(box().list(person.email)[0]?.text).toContain("Team plan");
    },
  );

  it("of a cancellation and of the end, each once", async () => {
    await deliver(
      updated({ cancel_at: NOW + DAY, canceled_at: NOW }, { cancel_at: null, canceled_at: null }),
    );
    await sendDue();
    const ended = subscription({ status: "canceled" });
    await deliver(anEvent("customer.subscription.deleted", ended, { created: NOW + 1 }));
    await sendDue();
    expect(subjects()).toEqual(["Your Cairn plan has ended", "Your Cairn plan is cancelled"]);
  });
});

describe("a mail is not sent", () => {
  const paid = () =>
    anEvent("invoice.paid", bill({ status: "paid", amount_paid: 2000 }), { created: NOW + 60 });

  it.each([
    ["before", [0, 1]],
    ["after", [1, 0]],
  ])("about a failure, where the payment is here %s it goes", async (_, order) => {
    const events = [failed(), paid()];
    for (const index of order) await deliver(events[index] ?? {});
    await sendDue();
    expect(subjects()).toEqual([]);
    expect(await mailStates()).toEqual(["paid null", "payment_failed dropped"]);
  });

  it("about an attempt that failed, where the bank asked: about that it is", async () => {
    await deliver(failed());
    await deliver(anEvent("invoice.payment_action_required", bill(), { created: NOW }));
    await sendDue();
    expect(subjects()).toEqual(["Confirm your payment of $20.00 to Cairn"]);
  });

  it("about history: after an import or a replay nobody hears of last year", async () => {
    await deliver(failed({}, NOW - 2 * DAY));
    await sendDue();
    expect(subjects()).toEqual([]);
  });

  it("about a plan that is cancelled all day long, more than ten times to one mailbox; about a bill it is", async () => {
    const lines = vi.spyOn(console, "log").mockImplementation(() => {});
    const at = (created: number) => anEvent("customer.subscription.updated", {}, { created });
    const cancel = async (id: string, created: number) => {
      const object = { ...subscription({ id, cancel_at: NOW + DAY, canceled_at: created }) };
      await deliver({ ...at(created), data: { object, previous_attributes: { cancel_at: null } } });
    };
    for (let nth = 0; nth < 12; nth += 1) await cancel(`sub_${count}_${nth}`, NOW - nth);
    await sendDue();
    expect(subjects()).toEqual(Array(10).fill("Your Cairn plan is cancelled"));
    expect(await db().fact.findMany({ where: { mail: "dropped" } })).toMatchObject(
      Array(2).fill({ lastError: "The mailbox was sent 10 mails of this sort within a day." }),
    );
    const warned = lines.mock.calls.filter(([line]) => line.includes("too many for one mailbox"));
    expect(warned).toHaveLength(2);
    await deliver(failed());
    await sendDue();
    expect(subjects()[0]).toBe("Your payment of $20.00 to Cairn failed");
    // A day later there is mail again.
    await query("update verifications set expires_at = now()");
    await cancel(`sub_${count}_later`, NOW);
    await sendDue();
    expect(subjects()).toHaveLength(12);
  });

  it("about more bills than anybody has, where the address is a stranger's", async () => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    for (let nth = 0; nth < 21; nth += 1) await deliver(failed({ id: `in_${count}_${nth}` }));
    await sendDue();
    expect(subjects()).toHaveLength(20);
  });

  it("where nobody owns the customer, whatever address Stripe has", async () => {
    await db().customer.updateMany({ data: { userId: null, email: person.email } });
    await deliver(failed());
    await sendDue();
    expect(box().list(person.email)).toEqual([]);
    expect(await db().fact.findFirst()).toMatchObject({
      mail: "dropped",
      lastError: "No user owns the customer.",
    });
  });
});

describe("when the mail server", () => {
  beforeEach(() => {
    vi.spyOn(console, "error").mockImplementation(() => {});
  });

  it("is away, the mail waits, and goes once it is back", async () => {
    await deliver(failed());
    box().refuseWith(451);
    // What is not taken is not counted as one of the day's.
    await query(
      "insert into verifications (id, identifier, value, expires_at, updated_at) values ($1, $1, '19', now() + interval '1 day', now())",
      [mailboxCount("bills", person.email)],
    );
    await sendDue();
    expect(await db().fact.findFirst()).toMatchObject({
      mail: "pending",
      attempts: 1,
      lastError: expect.stringContaining("451 at RCPT TO"),
    });
    box().refuseWith(null);
    await sendDue();
    expect(subjects()).toHaveLength(1);
    expect(await mailStates()).toEqual(["payment_failed sent"]);
  });

  it("refuses for good, the mail is parked without its address, and an operator sends it again", async () => {
    await deliver(failed());
    box().refuseWith(550);
    await sendDue();
    const parked = await db().fact.findFirstOrThrow();
    expect(parked).toMatchObject({ mail: "parked", lastError: expect.stringContaining("550 at RCPT TO") });
    expect(parked.lastError).not.toContain(person.email);
    box().refuseWith(null);
    await sendDue();
    expect(subjects()).toEqual([]);
    await findTrouble();
    expect(await openFindings(["mail"])).toMatchObject([{ subjectId: parked.key }]);
    expect((await readMail()).parked).toMatchObject([{ key: parked.key }]);
    expect(await replayMail(parked.key)).toBe(true);
    await sendDue();
    await findTrouble();
    expect(await openFindings(["mail"])).toEqual([]);
    expect(subjects()).toHaveLength(1);
    expect(await replayMail(parked.key)).toBe(false);
  });

  it("refused it, and an operator sends it again days later, it goes if it is still true", async () => {
    const parked = { mail: "parked", at: new Date(Date.now() - 10 * DAY * 1000) };
    await deliver(failed());
    await db().fact.updateMany({ data: parked });
    await replayMail(`payment_failed:in_${count}:1`);
    await sendDue();
    expect(subjects()).toHaveLength(1);
    await db().fact.updateMany({ data: parked });
    await db().invoice.updateMany({ data: { status: "paid" } });
    await replayMail(`payment_failed:in_${count}:1`);
    await sendDue();
    expect(subjects()).toHaveLength(1);
    expect(await readMailState(`payment_failed:in_${count}:1`)).toEqual({
      mail: "dropped",
      reason: "The bill is paid.",
    });
  });

  it("has the mail and we die before we note it, it goes again with the same Message-ID", async () => {
    await deliver(failed());
    await makeDue();
    const [mail] = await claimMail(1, false);
    if (!mail) throw new Error("There is a mail to send.");
    const postbox = openPostbox(box().smtpUrl);
    await postbox.send({ to: person.email, key: mail.key, letter: letterOf(mail) });
    postbox.close();
    // The process is gone: nothing happens before its lease ends.
    await deliverMail(Date.now() + 60_000);
    expect(subjects()).toHaveLength(1);
    await sendDue();
    const copies = box().list(person.email);
    expect(copies).toHaveLength(2);
    expect(new Set(copies.map(({ messageId }) => messageId)).size).toBe(1);
    expect(await mailStates()).toEqual(["payment_failed sent"]);
  });
});

it("the address that sends is open to the app alone", async () => {
  for (const authorization of ["", "Bearer ", "Bearer another", `Bearer ${"0".repeat(64)}`]) {
    const request = new Request("http://localhost/api/mail", { method: "POST", headers: { authorization } });
    expect(POST(request).status).toBe(401);
  }
});
