import { expect, it } from "vitest";
import { auth } from "@/lib/auth";
import { db } from "@/lib/db";
import { grantOperator } from "@/lib/operator/grant";
import { useDatabase } from "../../support/database";

useDatabase();

const signIn = (password: string) =>
  auth().api.signInEmail({ body: { email: "operator@example.com", password } });

it("whoever signed up first with an operator's address is out once the operator takes it", async () => {
  const body = { name: "Mallory", email: "operator@example.com", password: "first come first served" };
  const { user, token } = await auth().api.signUpEmail({ body });
  expect(user.emailVerified).toBe(false);
  expect(token).not.toBeNull();

  const { password, isNew } = await grantOperator("Operator@example.com");
  expect(isNew).toBe(false);
  expect(await db().session.count({ where: { userId: user.id } })).toBe(0);
  await expect(signIn(body.password)).rejects.toThrow();
  expect((await signIn(password)).user.emailVerified).toBe(true);
  expect(await db().operatorAct.findMany()).toMatchObject([
    { action: "became an operator", target: user.id },
  ]);
});

it("an address that is not in OPERATOR_EMAILS becomes none", async () => {
  await expect(grantOperator("mallory@example.com")).rejects.toThrow("is not in OPERATOR_EMAILS");
});

it("nobody makes themselves verified by signing up", async () => {
  const body = { name: "Eve", email: "eve@example.com", password: "a long password", emailVerified: true };
  const { user } = await auth().api.signUpEmail({ body });
  expect(user.emailVerified).toBe(false);
});
