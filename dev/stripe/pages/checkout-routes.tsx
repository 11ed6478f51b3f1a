/** @jsxImportSource hono/jsx */
import { type Context, Hono } from "hono";
import type Stripe from "stripe";
import { adjustQuantity, applyPromotion, planOf } from "../engine/checkout.ts";
import { type CheckoutOutcome, completeSession, dueFor } from "../engine/checkout-payment.ts";
import { ApiError } from "../http/errors.ts";
import { errorOf } from "./authenticate.tsx";
import { CheckoutPage, viewOf } from "./checkout.tsx";
import { readEntry } from "./checkout-entry.ts";
import { leave } from "./checkout-leave.ts";
import type { PageContext } from "./context.ts";
import type { Filled } from "./fields.tsx";
import { readForm, shownAgain } from "./forms.ts";
import { Message } from "./message.tsx";
import { show, unknownPage } from "./show.tsx";

type Session = Stripe.Checkout.Session;
type Handler = (call: Context, session: Session) => Promise<Response> | Response;

/** The hosted Checkout: everything under `/pay`. */
export function checkoutRoutes(context: PageContext): Hono {
  const { account } = context;
  const app = new Hono();

  /** Looks the session up, and answers by itself for those that are not open. */
  const open = (handle: Handler) => async (call: Context) => {
    const session = account.store.get("checkout.session", call.req.param("id") ?? "");
    if (!session) return unknownPage(context, call, "Checkout Session");
    if (session.status === "open") return await handle(call, session);
    return call.req.method === "POST" && session.status === "complete"
      ? await leave(context, call, session)
      : ended(context, call, session);
  };

  app.get(
    "/:id",
    open((call, session) => {
      const { attempt } = planOf(account, session);
      const failed = call.req.query("failed") !== undefined && errorOf(account, attempt?.intent);
      return draw(context, call, session, failed ? { errors: { form: failed } } : {});
    }),
  );

  app.post(
    "/:id/promotion",
    open(async (call, session) => {
      const { promotion = "" } = await readForm(call);
      return refusable(context, call, session, { field: "promotion", values: { promotion } }, () => {
        applyPromotion(account, session, promotion === "" ? null : promotion);
        return call.redirect(`/pay/${session.id}`, 303);
      });
    }),
  );

  app.post(
    "/:id/quantity",
    open(async (call, session) => {
      const { item = "", quantity = "" } = await readForm(call);
      const many = Number(quantity);
      if (Number.isSafeInteger(many)) adjustQuantity(account, session, item, many);
      return call.redirect(`/pay/${session.id}`, 303);
    }),
  );

  app.post(
    "/:id",
    open(async (call, session) => {
      const form = await readForm(call);
      const values = shownAgain(form);
      const fresh = account.store.get("checkout.session", session.id) ?? session;
      if (fresh.status === "complete") return await leave(context, call, fresh);
      return await refusable(context, call, fresh, { field: "form", values }, async () => {
        const read = readEntry(account, viewOf(account, fresh, dueFor(account, fresh)), form);
        if ("errors" in read) return draw(context, call, fresh, { values, errors: read.errors }, 422);
        return await go(context, call, completeSession(account, fresh, read.entry), values);
      });
    }),
  );

  return app;
}

/** On to where the outcome leads. */
async function go(
  context: PageContext,
  call: Context,
  result: CheckoutOutcome,
  values: Record<string, string>,
): Promise<Response> {
  const { account } = context;
  switch (result.outcome) {
    case "complete":
      return await leave(context, call, result.session);
    case "asks_owner":
      return call.redirect(`/authenticate/${result.intent.id}`, 303);
    case "declined": {
      const session = account.store.get("checkout.session", result.session.id) ?? result.session;
      const message = errorOf(account, result.intent.id) ?? "Your card was declined.";
      return draw(context, call, session, { values, errors: { form: message } }, 402);
    }
    default:
      return result satisfies never;
  }
}

/** Shows on the page what the work refuses. */
async function refusable(
  context: PageContext,
  call: Context,
  session: Session,
  { field, values }: { field: string; values: Record<string, string> },
  work: () => Response | Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const status = error.status === 402 ? 402 : 422;
    return draw(context, call, session, { values, errors: { [field]: error.message } }, status);
  }
}

function draw(
  context: PageContext,
  call: Context,
  session: Session,
  filled: Filled,
  status: 200 | 402 | 422 = 200,
): Response | Promise<Response> {
  const { account } = context;
  const view = viewOf(account, session, dueFor(account, session));
  const email = session.customer_details?.email;
  const values = { ...(email ? { email } : {}), ...filled.values };
  return show(call, <CheckoutPage context={context} view={view} filled={{ ...filled, values }} />, status);
}

/** What a session says that nobody can pay any more. */
function ended(context: PageContext, call: Context, session: Session): Response | Promise<Response> {
  const at = `/pay/${session.id}`;
  const { cancel_url, success_url } = session;
  if (session.status === "complete") {
    const link = success_url
      ? { href: success_url.replaceAll("{CHECKOUT_SESSION_ID}", session.id), label: "On to the app" }
      : undefined;
    return show(
      call,
      <Message context={context} at={at} title="You are all done here" link={link}>
        <p>This checkout is completed. Nothing more is charged by visiting it again.</p>
      </Message>,
    );
  }
  const link = cancel_url ? { href: cancel_url, label: "Back to the app" } : undefined;
  return show(
    call,
    <Message context={context} at={at} title="This checkout has expired" link={link}>
      <p>Nothing was charged. Start again from the app to get a new one.</p>
    </Message>,
    410,
  );
}
