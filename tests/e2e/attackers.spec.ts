import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { builtActions, builtRoutes } from "./support/build.ts";
import { expect, test } from "./support/fixtures.ts";
import { type Argument, aSender, callAction, type Sender, STRANGER, send } from "./support/sender.ts";
import { stripe } from "./support/stripe.ts";
import { type Subscriber, subscribe } from "./support/subscriber.ts";

/**
 * Every page, route and action of the build, as somebody sends it who has read the page's source: with other people's ids,
 * without a session, from another site, too much of it, and nonsense. Nothing may be read or changed, and the answer must
 * be a clear one. What is added to the app and not to these lists makes the first test fail.
 */
test.describe.configure({ timeout: 300_000 });

type Victim = Sender &
  Subscriber & { user: string; signIn: string; invoice: string; number: string; quote: string };

/** What a page or route says to whoever has no session: open to everybody, or a redirect, or a refusal. */
const ROUTES: Record<string, { status: number; to?: string }> = {
  "/": { status: 200 },
  "/sign-in": { status: 200 },
  "/sign-up": { status: 200 },
  "/goodbye": { status: 200 },
  "/checkout": { status: 307, to: "/#pricing" },
  "/checkout/return": { status: 307, to: "/sign-in?from=" },
  "/upgrade": { status: 307, to: "/#pricing" },
  "/audit-log": { status: 307, to: "/sign-in?from=" },
  "/dashboard": { status: 307, to: "/sign-in?from=" },
  "/dashboard/cancel": { status: 307, to: "/sign-in?from=" },
  "/dashboard/change": { status: 307, to: "/sign-in?from=" },
  "/settings": { status: 307, to: "/sign-in?from=" },
  "/settings/email": { status: 307, to: "/sign-in?from=" },
  "/settings/delete": { status: 307, to: "/sign-in?from=" },
  "/operator": { status: 404 },
  "/operator/acts": { status: 404 },
  "/operator/customers": { status: 404 },
  "/operator/customers/[id]": { status: 404 },
  "/operator/events": { status: 404 },
  "/operator/events/[id]": { status: 404 },
  "/operator/replays/[id]": { status: 404 },
  "/operator/revenue": { status: 404 },
  "/api/[...none]": { status: 404 },
  "/api/account/export": { status: 401 },
  "/api/audit-log": { status: 401 },
  "/api/auth/[...all]": { status: 405 },
  "/api/billing/version": { status: 401 },
  "/api/cron/drain": { status: 401 },
  "/api/health": { status: 200 },
  "/api/mail": { status: 405 },
  "/api/webhooks/stripe": { status: 405 },
  "/icon.svg": { status: 200 },
  "/robots.txt": { status: 200 },
};

type ActionCase = {
  /** What is sent, aimed at a victim. `own` is who sends it. */
  args: (victim: Victim, own: Sender) => Argument[];
  /** Where it leads whoever has no session; 404 for what is not there for them. */
  stranger: string | 404;
};

const SIGN_IN = "/sign-in?from=";
const form = (fields: Record<string, string>): Argument[] => [null, { form: fields }];
const ofSubscription = ({ subscription }: Victim) =>
  form({ subscription, attempt: randomUUID(), feedback: "", comment: "" });
const operator = (args: (victim: Victim) => Argument[] = () => []): ActionCase => ({ args, stranger: 404 });

const ACTIONS: Record<string, ActionCase> = {
  "app/(auth)/actions.ts#signOut": { args: () => [], stranger: "/" },
  "app/checkout/actions.ts#buyPlan": {
    args: ({ customer, user }) => form({ plan: "team_monthly", seats: "1", customer, userId: user }),
    stranger: "/sign-up?from=",
  },
  "app/dashboard/actions.ts#cancelCurrentPlan": { args: ofSubscription, stranger: SIGN_IN },
  "app/dashboard/actions.ts#resumeCurrentPlan": { args: ofSubscription, stranger: SIGN_IN },
  "app/dashboard/actions.ts#keepCurrentPlan": { args: ofSubscription, stranger: SIGN_IN },
  "app/dashboard/actions.ts#confirmChange": { args: ({ quote }) => form({ quote }), stranger: SIGN_IN },
  "app/dashboard/actions.ts#visitPortal": {
    args: ({ customer }) => form({ errand: "invoices", customer, return_url: "https://evil.example" }),
    stranger: SIGN_IN,
  },
  "app/audit-log/actions.ts#signOutThere": {
    args: ({ signIn }) => [{ form: { id: signIn } }],
    stranger: SIGN_IN,
  },
  "app/settings/actions.ts#saveName": {
    args: ({ user }) => form({ name: "Eve", id: user }),
    stranger: SIGN_IN,
  },
  "app/settings/actions.ts#saveEmail": {
    args: ({ email }, { password }) => form({ email, password }),
    stranger: SIGN_IN,
  },
  "app/settings/actions.ts#mailLinkAgain": {
    args: ({ user, email }) => form({ user, email }),
    stranger: SIGN_IN,
  },
  "app/settings/actions.ts#keepEmail": { args: ({ user }) => form({ user }), stranger: SIGN_IN },
  "app/settings/actions.ts#confirmNewEmail": {
    args: ({ user }) => form({ token: user, user }),
    stranger: SIGN_IN,
  },
  "app/settings/actions.ts#savePassword": {
    args: ({ user, email }) =>
      form({ password: "a guess", newPassword: "owned by eve", user, username: email }),
    stranger: SIGN_IN,
  },
  "app/settings/actions.ts#signOutElsewhere": { args: ({ user }) => [{ form: { user } }], stranger: SIGN_IN },
  "app/settings/actions.ts#deleteOwnAccount": {
    args: ({ user, email }) => form({ password: "a guess", user, username: email }),
    stranger: SIGN_IN,
  },
  "app/operator/actions.ts#replay": operator(() => [{ form: { which: "picked", id: "evt_1" } }]),
  "app/operator/actions.ts#undo": operator(({ user }) => [user]),
  "app/operator/actions.ts#advance": operator(({ user }) => [user]),
  "app/operator/actions.ts#reveal": operator(() => ["evt_1"]),
  "app/operator/actions.ts#syncCustomer": operator(({ customer }) => [customer]),
  "app/operator/actions.ts#endSubscription": operator(({ customer, subscription }) => [
    customer,
    subscription,
  ]),
  "app/operator/actions.ts#linkTo": operator(({ customer, email }) => [customer, email]),
  "app/operator/actions.ts#sendAgain": operator(({ customer }) => [customer]),
  "app/operator/actions.ts#recount": operator(),
  "app/operator/actions.ts#lookAgain": operator(),
};

const actions = () =>
  builtActions().map((action) => {
    const found = ACTIONS[action.name];
    if (!found) throw new Error(`${action.name} has no case here.`);
    return { ...action, ...found };
  });

const pathOf = (route: string, id = "none") => route.replace(/\[.*?\]/g, id);

async function aVictim(db: Client, lookupKey = "solo_monthly"): Promise<Victim> {
  const sender = await aSender();
  const plan = await subscribe(db, sender.email, lookupKey);
  const bill = async () =>
    (
      await db.query("select id, number from invoices where customer_id = $1 and status = 'paid'", [
        plan.customer,
      ])
    ).rows[0];
  await expect.poll(bill, { timeout: 60_000 }).toBeDefined();
  const { rows } = await db.query(
    "select u.id as user, s.id as sign_in from users u join sessions s on s.user_id = u.id where email = $1",
    [sender.email],
  );
  const { id: invoice, number } = await bill();
  const page = await send(sender, "/dashboard/change?plan=company&cadence=year&seats=1");
  const quote = /name="quote" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
  expect(quote).not.toBe("");
  return { ...sender, ...plan, user: rows[0].user, signIn: rows[0].sign_in, invoice, number, quote };
}

/** Every row that names somebody, but for what events and mail bring when they come; and what Stripe has of them. */
async function all(db: Client, { user, customer, subscription }: Victim): Promise<unknown> {
  const { rows: tables } = await db.query(
    `select table_name as name from information_schema.tables where table_schema = 'public'
     and table_name not in ('stripe_events', 'facts', 'rate_limits', 'delivery_counts') order by 1`,
  );
  const found: Record<string, unknown> = {};
  for (const { name } of tables)
    found[name] = (
      await db.query(
        `select to_jsonb(t) - '{version,synced_at,stripe_state_at}'::text[] as row from "${name}" t
         where strpos(t::text, $1) + strpos(t::text, $2) + strpos(t::text, $3) > 0 order by t::text`,
        [user, customer, subscription],
      )
    ).rows;
  const { lastResponse: _, ...atStripe } = await stripe().subscriptions.retrieve(subscription);
  const { lastResponse: __, ...person } = await stripe().customers.retrieve(customer);
  return { found, atStripe, person };
}

/** Does something, and shows that it changed nothing of the victim's. */
async function untouched(db: Client, victim: Victim, what: string, work: () => Promise<void>): Promise<void> {
  const before = await all(db, victim);
  await work();
  expect(await all(db, victim), what).toEqual(before);
}

test("every page, route and action of the build has a case here", () => {
  expect(builtRoutes()).toEqual(Object.keys(ROUTES).sort());
  expect(
    builtActions()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(Object.keys(ACTIONS).sort());
});

test("without a session each page leads to signing in, and no action is done", async ({ db }) => {
  const ada = await aVictim(db);
  await untouched(db, ada, "without a session", async () => {
    for (const [route, { status, to }] of Object.entries(ROUTES)) {
      const seen = await send(STRANGER, `${pathOf(route, ada.customer)}?id=${ada.user}`);
      expect(seen.status, route).toBe(status);
      expect(seen.to, route).toContain(to ?? "");
      for (const own of [ada.name, ada.email, ada.number]) expect(seen.text, route).not.toContain(own);
    }
    for (const { args, stranger, ...action } of actions()) {
      const seen = await callAction(STRANGER, action, args(ada, STRANGER));
      if (stranger === 404) expect(seen.status, action.name).toBe(404);
      else expect(seen.to, action.name).toContain(stranger);
    }
  });
});

test("another user's ids open nothing and change nothing", async ({ db }) => {
  const [ada, eve] = [await aVictim(db), await aVictim(db)];
  const ids = new URLSearchParams({
    ...{
      subscription: ada.subscription,
      customer: ada.customer,
      user: ada.user,
      id: ada.invoice,
      q: ada.user,
    },
    ...{ session_id: ada.subscription, plan: "company", feature: "audit_log" },
  });
  const isAdas = (text: string) =>
    [ada.email, ada.number, ada.signIn, ada.quote].filter((own) => text.includes(own));
  await untouched(db, ada, "pages and routes", async () => {
    for (const route of builtRoutes())
      for (const method of route.startsWith("/api/") ? ["GET", "POST", "PUT", "PATCH", "DELETE"] : ["GET"]) {
        const seen = await send(eve, `${pathOf(route, ada.customer)}?${ids}`, method);
        expect(seen.status, `${method} ${route}`).toBeLessThan(500);
        expect(isAdas(seen.text), `${method} ${route}`).toEqual([]);
        if (route.startsWith("/operator")) expect(seen.status, route).toBe(404);
      }
  });
  for (const { args, stranger, ...action } of actions()) {
    if (action.name.endsWith("#signOut")) continue;
    await untouched(db, ada, action.name, async () => {
      const seen = await callAction(eve, action, args(ada, eve));
      expect(seen.status, action.name).toBeLessThan(500);
      if (stranger === 404) expect(seen.status, action.name).toBe(404);
      expect(
        isAdas(seen.text).filter((own) => own !== ada.email),
        action.name,
      ).toEqual([]);
      if (action.name.startsWith("app/dashboard") && !seen.to)
        expect(seen.text, action.name).toContain("You have no such subscription.");
    });
  }
});

test("from another site nothing is done, whoever is signed in", async ({ db }) => {
  const ada = await aVictim(db);
  for (const origin of ["https://evil.example", "null", "http://localhost.evil.example"])
    await untouched(db, ada, origin, async () => {
      for (const { args, ...action } of actions()) {
        const seen = await callAction(ada, action, args(ada, ada), origin);
        expect(seen.status, `${action.name} from ${origin}`).toBe(403);
        expect(seen.text).toContain("another site");
      }
    });
});

test("what is refused above is done for whoever may", async ({ db }) => {
  const [ada, eve] = [await aVictim(db), await aVictim(db)];
  const done = async (name: string) => {
    const [action] = actions().filter((one) => one.name.endsWith(name));
    return action && (await callAction(ada, action, action.args(ada, ada))).to;
  };
  await untouched(db, eve, "what others do", async () => {
    expect(await done("#saveName")).toContain("/settings?done=name");
    expect(await done("#confirmChange")).toContain("/dashboard?done=changed");
    expect(await done("#cancelCurrentPlan")).toContain("/dashboard?done=cancelled");
    expect(await done("#visitPortal")).toContain("/portal/");
    expect(await done("#signOutElsewhere")).toContain("/settings?done=elsewhere");
    expect(await done("#signOutThere")).toContain("/audit-log");
  });
});

test("nonsense is answered in words, and too much of it is refused", async ({ db }) => {
  const ada = await aVictim(db, "company_monthly");
  const odd: (string | string[] | Blob)[] = [
    ...["", "\u0000", "__proto__", "x".repeat(20_000), "-1"],
    ["a", "b"],
    new Blob(["a file"]),
  ];
  await untouched(db, ada, "odd input", async () => {
    for (const { args, ...action } of actions()) {
      if (!/#signOut(Elsewhere)?$/.test(action.name))
        expect((await callAction(ada, action, [null, null])).status, `${action.name} no form`).toBeLessThan(
          500,
        );
      if (/#(signOut|signOutElsewhere|buyPlan|visitPortal|saveName)$/.test(action.name)) continue;
      for (const value of odd) {
        const sent = args(ada, ada).map((argument) => {
          if (argument === null) return null;
          if (typeof argument === "string") return typeof value === "string" ? value : "";
          return { form: Object.fromEntries(Object.keys(argument.form).map((name) => [name, value])) };
        });
        const seen = await callAction(ada, action, sent);
        expect(seen.status, `${action.name} ${String(value).slice(0, 20)}`).toBeLessThan(500);
      }
      const huge = await callAction(ada, action, [null, { form: { comment: "x".repeat(2_000_000) } }]);
      expect(huge.status, action.name).toBe(413);
    }
    for (const route of builtRoutes())
      for (const query of [
        "plan=%00&id=%00&session_id=%00&from=%00",
        "subscription[]=a&subscription=b",
        "%ff=%ff",
      ]) {
        const seen = await send(ada, `${pathOf(route, "%00")}?${query}`);
        expect(seen.status, `${route} ${query}`).toBeLessThan(500);
      }
  });
});
