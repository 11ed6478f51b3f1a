/** @jsxImportSource hono/jsx */
import { type Context, Hono } from "hono";
import type Stripe from "stripe";
import { isPortalOpen, usePortal } from "../engine/portal.ts";
import { cancelInPortal, keepSubscription, previewSwitch, switchPlan } from "../engine/portal-actions.ts";
import { ApiError } from "../http/errors.ts";
import type { PageContext } from "./context.ts";
import { readForm } from "./forms.ts";
import { Message } from "./message.tsx";
import { errandOf, finishErrand } from "./portal-flow.tsx";
import { DONE, PortalHome } from "./portal-home.tsx";
import { personRoutes } from "./portal-person-routes.tsx";
import { CancelPage, ConfirmPage, UpdatePage } from "./portal-plan.tsx";
import { type Portal, portalOf } from "./portal-view.ts";
import { show, unknownPage } from "./show.tsx";

export type Answer = Response | Promise<Response>;
type Subscription = Stripe.Subscription;

/** The customer portal: everything under `/portal`. */
export function portalRoutes(context: PageContext): Hono {
  const app = new Hono();
  const opened = (handle: (call: Context, portal: Portal) => Answer) => (call: Context) =>
    open(context, call, handle);
  const changing = (handle: (call: Context, portal: Portal, subscription: Subscription) => Answer) =>
    opened((call, portal) => {
      const subscription = portal.subscriptions.find(({ id }) => id === call.req.param("subscription"));
      return subscription ? handle(call, portal, subscription) : unknownPage(context, call, "subscription");
    });

  app.get(
    "/:id",
    opened((call, portal) => {
      const errand = errandOf(portal);
      const done = DONE[call.req.query("done") ?? ""];
      return errand && call.req.query("home") === undefined
        ? call.redirect(errand, 303)
        : show(call, <PortalHome portal={portal} done={done} />);
    }),
  );

  const path = "/:id/subscriptions/:subscription";
  app.get(
    `${path}/update`,
    changing((call, portal, subscription) =>
      show(call, <UpdatePage portal={portal} subscription={subscription} />),
    ),
  );
  app.get(
    `${path}/confirm`,
    changing((call, portal, subscription) => confirm(call, portal, subscription, call.req.query())),
  );
  app.post(
    `${path}/confirm`,
    changing(async (call, portal, subscription) => {
      const form = await readForm(call);
      return attempt(
        () => {
          switchPlan(context.account, portal.features, subscription, readSwitch(subscription, form));
          return finishErrand(call, portal, "updated");
        },
        (error) => confirm(call, portal, subscription, form, error),
      );
    }),
  );
  app.get(
    `${path}/cancel`,
    changing((call, portal, subscription) =>
      show(call, <CancelPage portal={portal} subscription={subscription} />),
    ),
  );
  app.post(
    `${path}/cancel`,
    changing(async (call, portal, subscription) => {
      const { feedback = "", comment = "" } = await readForm(call);
      const said = { feedback: feedback || null, comment: comment || null };
      const fresh = portal.subscriptions.find(({ id }) => id === subscription.id);
      if (!portal.features.subscription_cancel.enabled || !fresh)
        return call.redirect(`${portal.home}?home`, 303);
      return attempt(
        () => {
          if (fresh.cancel_at === null) cancelInPortal(context.account, portal.features, fresh, said);
          return finishErrand(call, portal, "canceled");
        },
        (error) => show(call, <CancelPage portal={portal} subscription={fresh} error={error} />, 422),
      );
    }),
  );
  app.post(
    `${path}/keep`,
    changing((call, portal, subscription) =>
      attempt(
        () => {
          if (portal.features.subscription_cancel.enabled) keepSubscription(context.account, subscription);
          return call.redirect(`${portal.home}?home&done=kept`, 303);
        },
        (error) => show(call, <PortalHome portal={portal} done={undefined} error={error} />, 422),
      ),
    ),
  );
  app.route("/", personRoutes(opened));
  return app;
}

/** Looks the session up, and says so where it is over. */
function open(
  context: PageContext,
  call: Context,
  handle: (call: Context, portal: Portal) => Answer,
): Answer {
  const { account } = context;
  const session = account.store.get("billing_portal.session", call.req.param("id") ?? "");
  const customer = account.store.get("customer", session?.customer ?? "");
  if (!session || !customer) return unknownPage(context, call, "portal session");
  if (!isPortalOpen(account, session)) return expired(context, call, session.return_url);
  usePortal(account, session);
  return handle(call, portalOf(context, session, customer));
}

const expired = (context: PageContext, call: Context, back: string | null) =>
  show(
    call,
    <Message
      context={context}
      at={call.req.path}
      title="This page has expired"
      link={back === null ? undefined : { href: back, label: "Back to the app" }}
    >
      <p>For your safety it closes after an hour. Open it again from the app.</p>
    </Message>,
    410,
  );

/** Does the work, or shows why it is refused. */
export function attempt(work: () => Answer, refused: (error: string, cause: ApiError) => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return refused(error.message, error);
  }
}

function readSwitch({ items }: Subscription, { price, quantity }: Record<string, string>) {
  const [item] = items.data;
  const many = Number(quantity ?? "");
  return {
    price: price ?? item?.price.id ?? "",
    quantity: Number.isSafeInteger(many) && many > 0 ? many : (item?.quantity ?? 1),
  };
}

function confirm(
  call: Context,
  portal: Portal,
  subscription: Subscription,
  given: Record<string, string>,
  refusal?: string,
): Answer {
  const to = readSwitch(subscription, given);
  const [item] = subscription.items.data;
  if (item?.price.id === to.price && (item.quantity ?? 1) === to.quantity) {
    const error = "This is your plan already.";
    return show(call, <UpdatePage portal={portal} subscription={subscription} error={error} />, 422);
  }
  return attempt(
    () => {
      const preview = refusal
        ? { now: 0, next: 0 }
        : previewSwitch(portal.context.account, portal.features, subscription, to);
      const page = (
        <ConfirmPage portal={portal} subscription={subscription} to={to} preview={preview} error={refusal} />
      );
      return show(call, page, refusal ? 402 : 200);
    },
    (error) => show(call, <UpdatePage portal={portal} subscription={subscription} error={error} />, 422),
  );
}
