/** @jsxImportSource hono/jsx */
import type { Context } from "hono";
import { Message } from "./message.tsx";
import type { DoneWord } from "./portal-home.tsx";
import type { Portal } from "./portal-view.ts";
import { show } from "./show.tsx";

/** The page of the one errand that the app sent its customer for; undefined for the whole portal. */
export function errandOf({ session, home }: Portal): string | undefined {
  const { flow } = session;
  switch (flow?.type) {
    case "payment_method_update":
      return `${home}/payment-method`;
    case "subscription_cancel":
      return flow.subscription_cancel
        ? `${home}/subscriptions/${flow.subscription_cancel.subscription}/cancel`
        : undefined;
    case "subscription_update":
      return flow.subscription_update
        ? `${home}/subscriptions/${flow.subscription_update.subscription}/update`
        : undefined;
    case "subscription_update_confirm": {
      const { subscription, items = [] } = flow.subscription_update_confirm ?? {};
      const [item] = items;
      const query = new URLSearchParams({
        ...(item?.price ? { price: item.price } : {}),
        ...(item?.quantity === undefined ? {} : { quantity: String(item.quantity) }),
      });
      return subscription ? `${home}/subscriptions/${subscription}/confirm?${query}` : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * On from an errand that is done: back to the app if that is what it asked for.
 * https://docs.stripe.com/customer-management/portal-deep-links#after-completion
 */
export function finishErrand(call: Context, portal: Portal, done: DoneWord): Response | Promise<Response> {
  const { session, home, context } = portal;
  const { type, redirect, hosted_confirmation } = session.flow?.after_completion ?? {};
  if (type === "redirect" && redirect) return call.redirect(redirect.return_url, 303);
  if (type === "hosted_confirmation") {
    const link = session.return_url ? { href: session.return_url, label: "Back to the app" } : undefined;
    return show(
      call,
      <Message context={context} at={`${home}?home`} title="That is done" link={link}>
        <p>{hosted_confirmation?.custom_message ?? "Your billing is up to date."}</p>
      </Message>,
    );
  }
  return call.redirect(`${home}?home&done=${done}`, 303);
}
