import { DatabaseError } from "pg";
import { describe, expect, it } from "vitest";
import { BillingError, Refusal, UnreadableObject } from "@/lib/billing/errors";
import { isPermanent, isRefused, reasonOf, stackOf } from "@/lib/billing/webhook/failure";
import { Prisma } from "@/lib/db";

/** What Postgres says, with its SQLSTATE, as the driver throws it. */
const refused = (code?: string) =>
  Object.assign(new DatabaseError("value ada@example.com is bad", 1, "error"), code ? { code } : {});

/** The same, as Prisma throws it. */
const throughPrisma = (originalCode: unknown) =>
  new Prisma.PrismaClientKnownRequestError("ada@example.com", {
    code: "P2010",
    clientVersion: "7",
    meta: { driverAdapterError: { cause: { originalCode } } },
  });

describe("an error that no retry can mend", () => {
  it.each([
    ["an object that cannot be read", new UnreadableObject("odd"), true],
    ["a value that the database cannot hold", refused("22003"), true],
    ["the same through Prisma", throughPrisma("22P02"), true],
    ["a value too long for an index", refused("54000"), true],
    ["a server without room", refused("53200"), false],
    ["a deadlock", refused("40P01"), false],
    ["a class that only contains the digits", refused("42222"), false],
    ["an error of the driver without a code", refused(), false],
    ["Prisma without a code of the database", throughPrisma(undefined), false],
    ["our own error", BillingError.crowded(), false],
    ["any error", new Error("odd"), false],
    ["something else", "22003", false],
  ])("%s: %#", (_, error, permanent) => {
    expect(isPermanent(error)).toBe(permanent);
  });
});

it("a reason can always be stored: a sentence is cut between two characters, and holds nothing that Postgres refuses", () => {
  expect(reasonOf(new Error(`a\0bc${"😀".repeat(1_500)}`))).toSatisfy(
    (reason: string) => reason.startsWith("Error: abc😀") && reason.isWellFormed() && reason.length < 2_000,
  );
});

describe("a refusal is told from an outage", () => {
  it.each([
    ["22003", true],
    ["23505", true],
    ["40P01", true],
    ["57014", true],
    ["08006", false],
    ["28P01", false],
    ["53300", false],
    ["57P01", false],
    ["58030", false],
    ["3D000", false],
    ["XX000", false],
  ])("SQLSTATE %s", (code, isAnswer) => {
    expect(isRefused(refused(code))).toBe(isAnswer);
    expect(isRefused(throughPrisma(code))).toBe(isAnswer);
  });

  it("by what threw it, where there is no SQLSTATE", () => {
    expect(isRefused(BillingError.crowded())).toBe(true);
    expect(isRefused(new Error("connect ECONNREFUSED"))).toBe(false);
    expect(isRefused(null)).toBe(false);
  });
});

describe("the reason, for an operator,", () => {
  it("keeps of the database's words only the code, for they quote values", () => {
    expect(reasonOf(refused("22003"))).toBe("The database did not take it: SQLSTATE 22003.");
    expect(reasonOf(throughPrisma("40001"))).toBe("The database did not take it: SQLSTATE 40001.");
    const unknown = new Prisma.PrismaClientValidationError("ada@example.com", { clientVersion: "7" });
    expect(reasonOf(unknown)).toBe("The database did not take it: PrismaClientValidationError.");
    expect(reasonOf(throughPrisma(7))).toBe("The database did not take it: PrismaClientKnownRequestError.");
  });

  it("names Stripe's error with what finds it in Stripe's own log", () => {
    const fields = { type: "StripeAPIError", statusCode: 500, requestId: "req_1", headers: {} };
    const error = Object.assign(new Error("Try again."), fields, { name: "StripeError" });
    expect(reasonOf(error)).toBe("StripeError StripeAPIError 500 req_1: Try again.");
  });

  it("is short, and is there for whatever was thrown", () => {
    expect(reasonOf(new Error("x".repeat(9_000)))).toHaveLength(2_000);
    expect(reasonOf(new Error("no"))).toBe("Error: no");
    expect(reasonOf("no")).toBe("Something was thrown that is not an error.");
  });
});

describe("the stack", () => {
  it("tells where it was, without the message, which may quote data", () => {
    const error = new TypeError("ada@example.com\n    is not a plan");
    const lines = stackOf(error)?.split("\n") ?? [];
    expect(lines[0]).toBe("TypeError");
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines.slice(1)) expect(line).toMatch(/^ +at /);
    expect(stackOf(error)).not.toContain("ada@");
  });

  it("is short, and is left out where the reason says all", () => {
    const deep = Object.assign(new Error("deep"), { stack: `Error: deep\n${"    at here\n".repeat(900)}` });
    expect(stackOf(deep)).toHaveLength(4_000);
    expect(stackOf(Object.assign(new Error("bare"), { stack: undefined }))).toBe("Error");
    expect(stackOf(BillingError.crowded())).toBeNull();
    expect(stackOf("no")).toBeNull();
  });
});

describe("what goes wrong is a sentence that names what it is about, and what to do", () => {
  it.each([
    [BillingError.customerOfAnotherUser("cus_1"), "cus_1 already belongs to another user"],
    [BillingError.userHasAnotherCustomer("cus_1"), "another customer than cus_1"],
    [
      BillingError.notOnSale("solo_monthly"),
      '"solo_monthly". To put the plans on sale: npm run stripe:setup',
    ],
    [BillingError.noCheckoutUrl("cs_1"), "cs_1 no address"],
    [BillingError.notMade("solo"), "no solo, although it should have been made by now. Run it again."],
    [BillingError.noItems("sub_1"), "sub_1 has no items"],
    [BillingError.noDate("sub_1"), "for sub_1 has no Date header"],
    [BillingError.otherObject("invoice", "in_1"), "not the invoice in_1. It is asked again later."],
    [BillingError.staleAnswer("invoice", "in_1"), "invoice in_1 is older than the row. It is asked again"],
    [BillingError.crowded(), "It is tried again later."],
    [BillingError.keepsChanging("invoice", "in_1"), "invoice in_1 changed during each of several fetches"],
    [UnreadableObject.field("items", "a list", null), "items should be a list, but it is null."],
    [UnreadableObject.field("items", "text", []), "items should be text, but it is a list."],
    [UnreadableObject.field("items", "text", 5), "items should be text, but it is number."],
    [Refusal.noSuchSubscription(), "Reload the page"],
    [Refusal.noCustomer(), "you have not bought anything"],
    [Refusal.hasEnded(), "Choose a plan to begin a new one."],
    [Refusal.isEnding(), "Resume it first"],
    [Refusal.isUnpaid(), "There is a payment to make first."],
    [Refusal.noPaymentMethod(), "Add one first"],
    [Refusal.quoteUnreadable(), "Look at the change again"],
    [Refusal.quoteExpired(), "too old. Look at the change again"],
    [Refusal.quoteOutdated(), "Your plan has changed"],
    [Refusal.notAccepted(new Error("no")), "nothing was charged"],
    [Refusal.tooMuchAtOnce(), "nothing was changed. Wait a minute"],
    [Refusal.seatsOutOfRange(5), "between 1 and 5 seats"],
  ])("%s", (error, words) => {
    expect(error.message).toContain(words);
    expect(error.message).toMatch(/(\.|stripe:setup)$/);
  });

  it("and keeps its kind and its cause for the log", () => {
    const cause = new Error("no");
    const all = [BillingError.otherObject("invoice", "in_1", cause), Refusal.notAccepted(cause)];
    expect(all.map((error) => error.cause)).toEqual([cause, cause]);
    expect([...all, UnreadableObject.field("a", "b", 1)].map(({ name }) => name)).toEqual([
      "BillingError",
      "Refusal",
      "UnreadableObject",
    ]);
  });
});
