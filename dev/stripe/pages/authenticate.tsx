/** @jsxImportSource hono/jsx */
import { type Context, Hono } from "hono";
import type { Account } from "../account.ts";
import { authenticateIntent } from "../engine/payments.ts";
import { authenticateSetup } from "../engine/setup-intents.ts";
import { money } from "../money.ts";
import { leave } from "./checkout-leave.ts";
import type { PageContext } from "./context.ts";
import { readForm } from "./forms.ts";
import { Layout } from "./layout.tsx";
import { Message } from "./message.tsx";
import { show, unknownPage } from "./show.tsx";

/** The bank's page, where the customer proves to be the card's owner: `/authenticate/:intent`. */
export function authenticateRoutes(context: PageContext): Hono {
  const { account } = context;
  const app = new Hono();
  app.get("/:id", (call) => {
    const intent = intentBy(account, call.req.param("id"));
    if (!intent) return unknownPage(context, call, "payment");
    return intent.status === "requires_action"
      ? show(call, ask(context, intent))
      : nothingAsked(context, call);
  });
  app.post("/:id", async (call) => {
    const { answer } = await readForm(call);
    const intent = intentBy(account, call.req.param("id"));
    if (!intent) return unknownPage(context, call, "payment");
    if (intent.status === "requires_action") authenticate(account, intent, answer === "complete");
    return await goBack(context, call, intent.id);
  });
  return app;
}

type Intent = NonNullable<ReturnType<typeof intentBy>>;

const intentBy = (account: Account, id: string) =>
  account.store.get("payment_intent", id) ?? account.store.get("setup_intent", id);

function authenticate(account: Account, intent: Intent, passed: boolean): void {
  if (intent.object === "payment_intent") authenticateIntent(account, intent, passed);
  else authenticateSetup(account, intent, passed);
}

const ask = (context: PageContext, intent: Intent) => (
  <Layout title="3D Secure" context={context} at={`/authenticate/${intent.id}`} narrow>
    <section class="card">
      <h1>Is it you?</h1>
      <p>
        This stands for the page of your bank.{" "}
        {intent.object === "payment_intent"
          ? `It asks whether you agree to pay ${money(intent.amount, intent.currency)}.`
          : "It asks whether your card may be charged from now on."}
      </p>
      <form method="post" action={`/authenticate/${intent.id}`} class="actions">
        <button type="submit" name="answer" value="complete">
          Complete
        </button>
        <button type="submit" name="answer" value="fail" class="danger">
          Fail
        </button>
      </form>
    </section>
  </Layout>
);

const nothingAsked = (context: PageContext, call: Context) =>
  show(
    call,
    <Message context={context} at={call.req.path} title="Nothing to confirm">
      <p>This payment does not wait for you. Go back to the app.</p>
    </Message>,
  );

/** Back to where the payment was begun: the Checkout, the page of an invoice, or the app. */
async function goBack(context: PageContext, call: Context, id: string): Promise<Response> {
  const { account } = context;
  const { session: paid = "", returnUrl } = account.store.notes(id);
  const session = account.store.get("checkout.session", paid);
  if (session?.status === "complete") return await leave(context, call, session);
  if (session) return call.redirect(`/pay/${session.id}?failed`, 303);
  if (returnUrl === undefined) return nothingAsked(context, call);
  const intent = intentBy(account, id);
  const url = new URL(returnUrl, account.url);
  if (intent) {
    url.searchParams.set(intent.object, id);
    url.searchParams.set(`${intent.object}_client_secret`, intent.client_secret ?? "");
    url.searchParams.set(
      "redirect_status",
      intent.status === "requires_payment_method" ? "failed" : "succeeded",
    );
  }
  return call.redirect(url.href, 303);
}

/** Why a payment did not go through, in words for the customer. */
export function errorOf(account: Account, id: string | undefined): string | undefined {
  const intent = intentBy(account, id ?? "");
  const error = intent?.object === "payment_intent" ? intent.last_payment_error : intent?.last_setup_error;
  if (error?.code?.endsWith("authentication_failure")) {
    return "We could not confirm that the card is yours. Try again, or use another card.";
  }
  return error?.message ?? undefined;
}
