/** @jsxImportSource hono/jsx */
import { type Context, Hono } from "hono";
import { wholeAddress } from "../engine/customers.ts";
import { detach } from "../engine/payment-methods.ts";
import { makeDefault } from "../engine/portal-actions.ts";
import { confirmSetup, createSetup } from "../engine/setup-intents.ts";
import { defined } from "../http/params.ts";
import { errorOf } from "./authenticate.tsx";
import { type Form, readForm, shownAgain } from "./forms.ts";
import { readCard } from "./payment-entry.ts";
import { finishErrand } from "./portal-flow.tsx";
import { DetailsPage, MethodPage } from "./portal-person.tsx";
import { type Answer, attempt } from "./portal-routes.tsx";
import type { Portal } from "./portal-view.ts";
import { show } from "./show.tsx";

type Opened = (handle: (call: Context, portal: Portal) => Answer) => (call: Context) => Answer;

/** What is the customer's own, and not a subscription's: how to pay, and where the invoices go. */
export function personRoutes(opened: Opened): Hono {
  const app = new Hono();
  const home = (call: Context, portal: Portal) => call.redirect(`${portal.home}?home`, 303);

  app.get(
    "/:id/payment-method",
    opened((call, portal) => {
      if (!portal.features.payment_method_update.enabled) return home(call, portal);
      return returned(call, portal) ?? show(call, <MethodPage portal={portal} filled={{}} />);
    }),
  );
  app.post(
    "/:id/payment-method",
    opened(async (call, portal) => {
      const form = await readForm(call);
      return portal.features.payment_method_update.enabled
        ? addMethod(call, portal, form)
        : home(call, portal);
    }),
  );
  app.post(
    "/:id/payment-method/:method",
    opened(async (call, portal) => {
      const form = await readForm(call);
      const method = portal.methods.find(({ id }) => id === call.req.param("method"));
      if (!method || !portal.features.payment_method_update.enabled) return home(call, portal);
      const { account } = portal.context;
      if (form.do === "default") makeDefault(account, portal.customer.id, method.id);
      if (form.do === "remove" && method.id !== portal.defaultMethod) detach(account, method);
      return home(call, portal);
    }),
  );
  app.get(
    "/:id/details",
    opened((call, portal) =>
      portal.features.customer_update.enabled
        ? show(call, <DetailsPage portal={portal} filled={{}} />)
        : home(call, portal),
    ),
  );
  app.post(
    "/:id/details",
    opened(async (call, portal) => {
      const form = await readForm(call);
      return portal.features.customer_update.enabled ? saveDetails(call, portal, form) : home(call, portal);
    }),
  );
  return app;
}

/** Saves a card. One whose owner is asked goes by way of the bank's page, and comes back to `returned`. */
function addMethod(call: Context, portal: Portal, form: Form): Answer {
  const { account } = portal.context;
  const { customer } = portal;
  const refused = (errors: Record<string, string>, status: 402 | 422) =>
    show(call, <MethodPage portal={portal} filled={{ values: shownAgain(form), errors }} />, status);
  const read = readCard(account, form, { email: customer.email });
  if ("errors" in read) return refused(read.errors, 422);
  return attempt(
    () => {
      const returnUrl = `${portal.home}/payment-method`;
      const setup = createSetup(account, { customer: customer.id, usage: "off_session" });
      const confirmed = confirmSetup(account, setup, { paymentMethod: read.method, returnUrl });
      if (confirmed.status === "requires_action") return call.redirect(`/authenticate/${setup.id}`, 303);
      if (confirmed.status !== "succeeded") {
        return refused({ form: errorOf(account, setup.id) ?? "Your card was declined." }, 402);
      }
      makeDefault(account, customer.id, read.method.id);
      return finishErrand(call, portal, "saved");
    },
    (form) => refused({ form }, 402),
  );
}

/** The customer comes back from the bank's page. */
function returned(call: Context, portal: Portal): Answer | undefined {
  const { account } = portal.context;
  const setup = account.store.get("setup_intent", call.req.query("setup_intent") ?? "");
  if (!setup || setup.customer !== portal.customer.id) return undefined;
  if (setup.status !== "succeeded" || typeof setup.payment_method !== "string") {
    const errors = { form: errorOf(account, setup.id) ?? "Your card was declined." };
    return show(call, <MethodPage portal={portal} filled={{ errors }} />, 402);
  }
  if (portal.defaultMethod !== setup.payment_method) {
    makeDefault(account, portal.customer.id, setup.payment_method);
  }
  return finishErrand(call, portal, "saved");
}

function saveDetails(call: Context, portal: Portal, form: Form): Answer {
  const { account } = portal.context;
  const { customer, features } = portal;
  const can = (what: string) => features.customer_update.allowed_updates.includes(what);
  const errors = {
    ...(can("email") && !/^\S+@\S+\.\S+$/.test(form.email ?? "") ? { email: "Enter an email address." } : {}),
    ...(can("address") && form.country && !/^[a-z]{2}$/i.test(form.country)
      ? { country: "Enter the country as two letters, such as NL." }
      : {}),
  };
  if (Object.keys(errors).length > 0) {
    return show(call, <DetailsPage portal={portal} filled={{ values: form, errors }} />, 422);
  }
  account.change(
    "customer",
    customer,
    {
      ...defined({
        name: can("name") ? form.name || null : undefined,
        email: can("email") ? form.email || null : undefined,
        phone: can("phone") ? form.phone || null : undefined,
      }),
      ...(can("address") ? { address: addressFrom(customer.address ?? null, form) } : {}),
    },
    "customer.updated",
  );
  return finishErrand(call, portal, "details");
}

function addressFrom(before: Parameters<typeof wholeAddress>[0] | null, form: Form) {
  const { line1 = "", postal_code = "", city = "", country = "" } = form;
  if (![line1, postal_code, city, country].some(Boolean)) return null;
  return wholeAddress({
    ...before,
    line1: line1 || null,
    postal_code: postal_code || null,
    city: city || null,
    country: country.toUpperCase() || null,
  });
}
