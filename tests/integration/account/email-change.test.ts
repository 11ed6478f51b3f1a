import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deleteAccount } from "@/lib/account/delete";
import {
  addressOfLink,
  askForEmail,
  confirmEmail,
  readEmailChange,
  sendLinkAgain,
  takeEmailBack,
} from "@/lib/account/email-change";
import { exportAccount } from "@/lib/account/export";
import { AccountRefusal } from "@/lib/account/refusal";
import { db } from "@/lib/db";
import { mailboxCount } from "@/lib/mail/allowance";
import { query } from "@/lib/pool";
import { stripe } from "@/lib/stripe";
import { useDatabase } from "../../support/database";
import { useMailbox } from "../../support/mailbox";
import { aMember, type Member, PASSWORD } from "../../support/member";
import { useStripe } from "../../support/stripe";

const box = useMailbox();
useDatabase({ MAIL_FROM: "Cairn <billing@example.com>" });
const local = useStripe();

let ada: Member;
let wanted: { email: string; password: string };
beforeEach(async () => {
  box().refuseWith(null);
  ada = await aMember();
  wanted = { email: `Countess-${ada.id}@Example.com`, password: PASSWORD };
});

afterEach(() => vi.restoreAllMocks());

/** A mail server that takes no mail is an error to be logged. */
function refuseWith(status: number): void {
  vi.spyOn(console, "error").mockImplementation(() => {});
  box().refuseWith(status);
}

const countess = () => wanted.email.toLowerCase();
const subjects = (to: string) =>
  box()
    .list(to)
    .map(({ subject }) => subject);
/** The token of the newest link that was mailed to an address. */
const linkTo = (address: string) =>
  /email\?token=([\w-]+)/.exec(box().list(address)[0]?.text ?? "")?.[1] ?? "";
const account = ({ id }: Member) => db().user.findUniqueOrThrow({ where: { id } });
const atStripe = async ({ customer }: Member) => (await stripe()).customers.retrieve(customer);
async function expectUnchanged(member: Member): Promise<void> {
  expect(await account(member)).toMatchObject({ email: member.email });
  expect(await atStripe(member)).toMatchObject({ email: member.email });
}

describe("a new address", () => {
  it("changes nothing before its link is opened; then the account, Stripe and the row; the old one is told", async () => {
    await askForEmail(ada, wanted);
    await expectUnchanged(ada);
    expect(await readEmailChange(ada.id)).toMatchObject({ address: countess() });
    expect(await exportAccount(ada.id)).toMatchObject({ emailChange: { address: countess() } });
    expect(subjects(ada.email)).toEqual([]);

    await confirmEmail(ada, linkTo(countess()));
    expect(await account(ada)).toMatchObject({ email: countess() });
    expect(await atStripe(ada)).toMatchObject({ email: countess() });
    const row = await db().customer.findUniqueOrThrow({ where: { id: ada.customer } });
    expect(row.email).toBe(countess());
    expect(subjects(ada.email)).toEqual(["Your Cairn account has another address now"]);
    expect(await readEmailChange(ada.id)).toBeNull();
  });

  it("leaves alone what was given to Stripe for the bills", async () => {
    await (await stripe()).customers.update(ada.customer, { email: "bills@example.com" });
    await askForEmail(ada, wanted);
    await confirmEmail(ada, linkTo(countess()));
    expect(await account(ada)).toMatchObject({ email: countess() });
    expect(await atStripe(ada)).toMatchObject({ email: "bills@example.com" });
  });

  it("that fails gives nothing back to Stripe that it did not take: bills went to the new address before", async () => {
    await (await stripe()).customers.update(ada.customer, { email: countess() });
    await askForEmail(ada, wanted);
    const token = linkTo(countess());
    refuseWith(451);
    await expect(confirmEmail(ada, token)).rejects.toThrow(AccountRefusal.notMailed());
    expect(await atStripe(ada)).toMatchObject({ email: countess() });
  });

  it("that the database refuses fails for that reason, also where Stripe goes away before it is taken back", async () => {
    await askForEmail(ada, wanted);
    await db().$executeRawUnsafe(
      `create function refuse_slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(1); raise 'no'; end $$`,
    );
    await db()
      .$executeRaw`create trigger refuse before update on users for each row execute function refuse_slowly()`;
    vi.spyOn(console, "error").mockImplementation(() => {});
    const confirmed = expect(confirmEmail(ada, linkTo(countess()))).rejects.toThrow("prisma.user.update()");
    await vi.waitUntil(() => subjects(ada.email).length > 0, { timeout: 30_000 });
    local.api.failWith(503);
    await confirmed;
    await db().$executeRaw`drop trigger refuse on users`;
    expect(await account(ada)).toMatchObject({ email: ada.email });
  });

  it.each([
    ["an operator", "operator@example.com"],
    ["who becomes an operator later", "operator-to-be@example.com"],
  ])("of %s makes no operator of whoever opens its link", async (_, email) => {
    await db().user.update({ where: { id: ada.id }, data: { emailVerified: true } });
    await askForEmail(ada, { ...wanted, email });
    await confirmEmail(ada, linkTo(email));
    expect(await account(ada)).toMatchObject({ email, emailVerified: false });
  });

  it("waits while Stripe is away, while the mail server is, or while the database refuses", async () => {
    await askForEmail(ada, wanted);
    const token = linkTo(countess());
    local.api.failWith(503);
    await expect(confirmEmail(ada, token)).rejects.toThrow();
    local.api.failWith(null);
    refuseWith(451);
    await expect(confirmEmail(ada, token)).rejects.toThrow(AccountRefusal.notMailed());
    box().refuseWith(null);
    await expectUnchanged(ada);
    await db().$executeRawUnsafe(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`,
    );
    await db()
      .$executeRaw`create trigger refuse before update on users for each row execute function refuse()`;
    await expect(confirmEmail(ada, token)).rejects.toThrow();
    await db().$executeRaw`drop trigger refuse on users`;
    await expectUnchanged(ada);
    await confirmEmail(ada, token);
    expect(await atStripe(ada)).toMatchObject({ email: countess() });
  });

  it("counts also where the old one takes no mail any more", async () => {
    await askForEmail(ada, wanted);
    const token = linkTo(countess());
    refuseWith(550);
    await confirmEmail(ada, token);
    expect(await account(ada)).toMatchObject({ email: countess() });
  });
});

describe("a link opens nothing", () => {
  const expectDead = async (member: Member, token: string) => {
    expect(await addressOfLink(member.id, token)).toBeNull();
    await expect(confirmEmail(member, token)).rejects.toThrow(AccountRefusal.linkNotGood());
    await expectUnchanged(member);
  };

  it("for another account, whoever opens it", async () => {
    const eve = await aMember();
    await askForEmail(ada, wanted);
    await askForEmail(eve, { email: "eve@example.com", password: PASSWORD });
    await expectDead(eve, linkTo(countess()));
    await expectDead(ada, linkTo("eve@example.com"));
    await expectDead(ada, "");
  });

  it("once the wish was taken back, or replaced by another, or a day is over", async () => {
    await askForEmail(ada, wanted);
    const first = linkTo(countess());
    await takeEmailBack(ada.id);
    await expectDead(ada, first);
    await askForEmail(ada, wanted);
    expect(linkTo(countess())).not.toBe(first);
    await expectDead(ada, first);
    await query("update verifications set expires_at = now() - interval '1 second'");
    await expectDead(ada, linkTo(countess()));
    expect(await readEmailChange(ada.id)).toBeNull();
  });

  it("a second time, or after the account is gone", async () => {
    await askForEmail(ada, wanted);
    const token = linkTo(countess());
    await confirmEmail(ada, token);
    const now = { ...ada, email: countess() };
    await expect(confirmEmail(now, token)).rejects.toThrow(AccountRefusal.linkNotGood());
    await askForEmail(now, { ...wanted, email: "third@example.com" });
    await deleteAccount(ada.id);
    expect(await addressOfLink(ada.id, linkTo("third@example.com"))).toBeNull();
    expect(await query("select from verifications where identifier like $1", [`%${ada.id}`])).toEqual([]);
  });
});

describe("an address of somebody else", () => {
  it("is told to its mailbox alone: whoever asks sees what they always see, and no link is made", async () => {
    const eve = await aMember();
    await askForEmail(eve, { email: ada.email.toUpperCase(), password: PASSWORD });
    expect(await readEmailChange(eve.id)).toMatchObject({ address: ada.email });
    expect(subjects(ada.email)).toEqual(["This address already has an account at Cairn"]);
    expect(linkTo(ada.email)).toBe("");
    await sendLinkAgain(eve.id);
    expect(linkTo(ada.email)).toBe("");
  });

  it("that was free when it was asked for is refused to the second; Stripe says so of one", async () => {
    const eve = await aMember();
    await askForEmail(ada, wanted);
    const ofAda = linkTo(countess());
    await askForEmail(eve, wanted);
    const ofEve = linkTo(countess());
    const done = await Promise.allSettled([confirmEmail(ada, ofAda), confirmEmail(eve, ofEve)]);
    expect(done.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    for (const member of [ada, eve]) {
      const { email } = await account(member);
      expect(await atStripe(member)).toMatchObject({ email });
    }
  });
});

describe("nothing is asked for", () => {
  it("by a wrong password, or for the address that it is already", async () => {
    await expect(askForEmail(ada, { ...wanted, password: "not my password" })).rejects.toThrow(
      AccountRefusal.wrongPassword(),
    );
    await expect(askForEmail(ada, { ...wanted, email: ada.email })).rejects.toThrow(
      AccountRefusal.sameAddress(),
    );
    expect(await readEmailChange(ada.id)).toBeNull();
  });

  it("where the mail cannot be sent: at all, or just now", async () => {
    refuseWith(550);
    await expect(askForEmail(ada, wanted)).rejects.toThrow(AccountRefusal.addressRefused());
    refuseWith(451);
    await expect(askForEmail(ada, wanted)).rejects.toThrow(AccountRefusal.notMailed());
    expect(await readEmailChange(ada.id)).toBeNull();
  });

  it("more than five times a day: nobody's mailbox is filled, and the link that was sent stays good", async () => {
    await askForEmail(ada, wanted);
    const token = linkTo(countess());
    for (let sent = 1; sent < 5; sent += 1) await sendLinkAgain(ada.id);
    expect(
      new Set(
        box()
          .list(countess())
          .map(({ messageId }) => messageId),
      ).size,
    ).toBe(5);
    await expect(sendLinkAgain(ada.id)).rejects.toThrow(AccountRefusal.tooManyMails());
    expect(await addressOfLink(ada.id, token)).toBe(countess());
    await takeEmailBack(ada.id);
    await expect(askForEmail(ada, wanted)).rejects.toThrow(AccountRefusal.tooManyMails());
    expect(subjects(countess())).toHaveLength(5);
  });

  it("of one mailbox by many accounts: ten mails a day go there, and what is not taken is not counted", async () => {
    const members = [ada, await aMember(), await aMember(), await aMember()];
    await Promise.all(members.map((member) => askForEmail(member, wanted)));
    refuseWith(451);
    for (const { id } of members) await expect(sendLinkAgain(id)).rejects.toThrow(AccountRefusal.notMailed());
    box().refuseWith(null);
    const thrice = members.flatMap(({ id }) => [id, id, id]);
    const again = await Promise.allSettled(thrice.map(sendLinkAgain));
    expect(again.filter(({ status }) => status === "fulfilled")).toHaveLength(6);
    expect(subjects(countess())).toHaveLength(10);
    const eve = await aMember();
    await expect(askForEmail(eve, wanted)).rejects.toThrow(AccountRefusal.tooManyMails());
    await askForEmail(eve, { ...wanted, email: "another@example.com" });
    await query("update verifications set expires_at = now() - interval '1 second'");
    await askForEmail(eve, wanted);
    expect(subjects(countess())).toHaveLength(11);
  });

  it("of one mailbox under many a +tag: ten of them a day, and nothing is taken from the address without one", async () => {
    const ask = (email: string) => askForEmail(ada, { email, password: PASSWORD });
    await ask("Neighbour+1@example.com");
    await query("update verifications set value = '9' where identifier = $1", [
      mailboxCount("mails", "neighbour+@example.com"),
    ]);
    await ask("neighbour+2@example.com");
    await expect(ask("neighbour+3@example.com")).rejects.toThrow(AccountRefusal.tooManyMails());
    await ask("neighbour@example.com");
  });

  it("many times at once: no more mails go than one after the other", async () => {
    await askForEmail(ada, wanted);
    await Promise.allSettled(Array.from({ length: 20 }, () => sendLinkAgain(ada.id)));
    await query("update rate_limits set last_request = last_request - 61000");
    await Promise.allSettled(Array.from({ length: 20 }, () => sendLinkAgain(ada.id)));
    expect(subjects(countess())).toHaveLength(5);
  });

  it("of a mailbox that is told of changes, by accounts that were opened with it: ten a day go there", async () => {
    const email = "stranger@example.com";
    const change = async (wish: string) => {
      const member = await aMember();
      await db().user.update({ where: { id: member.id }, data: { email } });
      await askForEmail({ ...member, email }, { email: wish, password: PASSWORD });
      await confirmEmail({ ...member, email }, linkTo(wish));
    };
    await change("one@example.com");
    await query("update verifications set value = '9' where identifier like 'notices to %'");
    await change("two@example.com");
    await expect(change("three@example.com")).rejects.toThrow(AccountRefusal.tooManyMails());
    expect(subjects(email)).toHaveLength(2);
    expect(await db().user.count({ where: { email } })).toBe(1);
  });
});
