import { DatabaseError } from "pg";
import { describe, expect, it } from "vitest";
import { BillingError, UnreadableObject } from "@/lib/billing/errors";
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
