import { expect, it } from "vitest";
import { readEmailChange } from "@/lib/account/email-change";
import { auth } from "@/lib/auth";
import { db } from "@/lib/db";
import { grantOperator } from "@/lib/operator/grant";
import { query } from "@/lib/pool";
import { useDatabase } from "../../support/database";

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

  const { password, isNew } = await grantOperator("Operator@example.com", 0);
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
  const { password } = await grantOperator("operator@example.com", 0);
  await db().$executeRawUnsafe(
    "create function linger() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return new; end $$",
  );
  await db()
    .$executeRaw`create trigger linger before insert on sessions for each row execute function linger()`;
  const signingIn = signIn(password);
  const isLingering = () =>
    query("select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'");
  await expect.poll(isLingering, { timeout: 30_000, interval: 20 }).toHaveLength(1);
  await grantOperator("operator@example.com", 3_000);
  const { user } = await signingIn;
  await db().$executeRaw`drop trigger linger on sessions`;
  expect(await db().session.count({ where: { userId: user.id } })).toBe(0);
});

it("an address that is not in OPERATOR_EMAILS becomes none", async () => {
  await expect(grantOperator("mallory@example.com")).rejects.toThrow("is not in OPERATOR_EMAILS");
});

it("nobody makes themselves verified by signing up", async () => {
  const body = { name: "Eve", email: "eve@example.com", password: "a long password", emailVerified: true };
  const { user } = await auth().api.signUpEmail({ body });
  expect(user.emailVerified).toBe(false);
});
