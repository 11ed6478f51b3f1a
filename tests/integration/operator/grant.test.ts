import { expect, it } from "vitest";
import { readEmailChange } from "@/lib/account/email-change";
import { auth } from "@/lib/auth";
import { db } from "@/lib/db";
import { grantOperator } from "@/lib/operator/grant";
import { useDatabase } from "../../support/database";
import { whileWriting } from "../../support/while-writing";

useDatabase();

const signIn = (password: string) =>
  auth().api.signInEmail({ body: { email: "operator@example.com", password } });

it("whoever signed up first with an operator's address is out once the operator takes it", async () => {
  const body = { name: "Mallory", email: "operator@example.com", password: "first come first served" };
  const { user, token } = await auth().api.signUpEmail({ body });
  expect(user.emailVerified).toBe(false);
  expect(token).not.toBeNull();
  const { internalAdapter } = await auth().$context;
  await internalAdapter.createVerificationValue({
    identifier: `email of ${user.id}`,
    value: JSON.stringify({ address: "mallory@example.com", nonce: "n", mails: 1 }),
    expiresAt: new Date(Date.now() + 60_000),
  });
  expect(await readEmailChange(user.id)).toMatchObject({ address: "mallory@example.com" });

  const { password, isNew } = await grantOperator("Operator@example.com");
  expect(isNew).toBe(false);
  expect(await db().session.count({ where: { userId: user.id } })).toBe(0);
  expect(await readEmailChange(user.id)).toBeNull();
  await expect(signIn(body.password)).rejects.toThrow();
  expect((await signIn(password)).user.emailVerified).toBe(true);
  expect(await db().operatorAct.findMany()).toMatchObject([
    { action: "became an operator", target: user.id },
  ]);
});

it("who is signing in by the old password at that very moment is out too", async () => {
  const { password } = await grantOperator("operator@example.com");
  const takeOver = () => grantOperator("operator@example.com");
  expect(await whileWriting("sessions", () => signIn(password), takeOver)).toBe(false);
  expect(await db().session.count({ where: { user: { email: "operator@example.com" } } })).toBe(0);
});

it("an address that is not in OPERATOR_EMAILS becomes none", async () => {
  await expect(grantOperator("mallory@example.com")).rejects.toThrow("is not in OPERATOR_EMAILS");
});

it("nobody makes themselves verified by signing up", async () => {
  const body = { name: "Eve", email: "eve@example.com", password: "a long password", emailVerified: true };
  const { user } = await auth().api.signUpEmail({ body });
  expect(user.emailVerified).toBe(false);
});
