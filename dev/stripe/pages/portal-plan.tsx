/** @jsxImportSource hono/jsx */

import type { Child } from "hono/jsx";
import type Stripe from "stripe";
import { type Choice, choices, type Preview, type Switch } from "../engine/portal-actions.ts";
import { money } from "../money.ts";
import { Layout, Notice } from "./layout.tsx";
import { changeOf, nextCharge, type Portal, titleOf } from "./portal-view.ts";
import { day, every } from "./words.ts";

type PlanProps = { portal: Portal; subscription: Stripe.Subscription; error?: string | undefined };

/** The frame of an errand within the portal. */
export const Errand = ({
  portal,
  title,
  at,
  error,
  children,
}: {
  portal: Portal;
  title: string;
  at: string;
  error?: string | undefined;
  children?: Child;
}) => (
  <Layout title={title} context={portal.context} at={at} narrow>
    <WayBack portal={portal} />
    <section class="card">
      <h1>{title}</h1>
      {error && <Notice kind="bad">{error}</Notice>}
      {children}
    </section>
  </Layout>
);

/** Where the app sent its customer for this errand alone, back is the app. */
const WayBack = ({ portal: { session, home } }: { portal: Portal }) => (
  <a class="back" href={session.flow && session.return_url ? session.return_url : `${home}?home`}>
    ← Back
  </a>
);

/** Chooses another plan, or another quantity of this one. */
export const UpdatePage = ({ portal, subscription, error }: PlanProps) => {
  const { features, context } = portal;
  const [item] = subscription.items.data;
  const canCount = features.subscription_update.default_allowed_updates.includes("quantity");
  const at = changeOf(portal, subscription, "update");
  return (
    <Errand portal={portal} title="Update plan" at={at} error={error}>
      <form method="get" action={changeOf(portal, subscription, "confirm")}>
        <fieldset>
          <legend>Plan</legend>
          {choices(context.account, features, subscription).map((choice) => (
            <PlanChoice choice={choice} current={item?.price.id} />
          ))}
        </fieldset>
        {canCount && item?.quantity !== undefined && (
          <div class="field">
            <label for="quantity">Quantity</label>
            <input
              type="number"
              id="quantity"
              name="quantity"
              value={String(item.quantity)}
              min="1"
              max="999"
            />
          </div>
        )}
        <button type="submit" class="wide">
          Continue
        </button>
      </form>
    </Errand>
  );
};

const PlanChoice = ({
  choice: { price, product },
  current,
}: {
  choice: Choice;
  current: string | undefined;
}) => (
  <label class="check">
    <input type="radio" name="price" value={price.id} checked={price.id === current} />
    <span>
      {product.name}
      {price.nickname && ` (${price.nickname})`}
      {price.id === current && " – your plan"}
      <br />
      <span class="soft small">
        {price.unit_amount === null ? "in tiers" : money(price.unit_amount, price.currency)}
        {every(price.recurring)}
      </span>
    </span>
  </label>
);

/** What a switch costs, before it is done. */
export const ConfirmPage = ({
  portal,
  subscription,
  to,
  preview,
  error,
}: PlanProps & { to: Switch; preview: Preview }) => {
  const { account } = portal.context;
  const price = account.store.get("price", to.price);
  const product =
    typeof price?.product === "string" ? account.store.get("product", price.product) : undefined;
  const { currency } = subscription;
  const next = nextCharge(subscription);
  const at = changeOf(portal, subscription, "confirm");
  const query = new URLSearchParams({ price: to.price, quantity: String(to.quantity) });
  return (
    <Errand portal={portal} title="Confirm your new plan" at={`${at}?${query}`} error={error}>
      <div class="row">
        <span class="soft">Now</span>
        <span>{titleOf(account, subscription)}</span>
      </div>
      <div class="row">
        <span class="soft">From today</span>
        <span>
          {to.quantity > 1 && `${to.quantity} × `}
          {product?.name ?? "Plan"}, {price?.unit_amount != null && money(price.unit_amount, price.currency)}
          {every(price?.recurring ?? null)}
        </span>
      </div>
      <div class="row total">
        <span>Due today</span>
        <span class="amount">{money(preview.now, currency)}</span>
      </div>
      {preview.next !== 0 && (
        <p class="small soft">
          {preview.next > 0
            ? `${money(preview.next, currency)} for the rest of this period is added to your next invoice`
            : `${money(-preview.next, currency)} for the rest of this period is taken off your next invoice`}
          {next && `, on ${day(next.at)}`}.
        </p>
      )}
      <form method="post" action={at}>
        <input type="hidden" name="price" value={to.price} />
        <input type="hidden" name="quantity" value={String(to.quantity)} />
        <button type="submit" class="wide">
          Confirm
        </button>
      </form>
    </Errand>
  );
};

/** Cancels a subscription, and asks why. */
export const CancelPage = ({ portal, subscription, error }: PlanProps) => {
  const { features, context } = portal;
  const { cancellation_reason: reason, mode } = features.subscription_cancel;
  const ends = Math.min(...subscription.items.data.map(({ current_period_end }) => current_period_end));
  const at = changeOf(portal, subscription, "cancel");
  return (
    <Errand portal={portal} title={`Cancel ${titleOf(context.account, subscription)}`} at={at} error={error}>
      <p>
        {mode === "immediately"
          ? "Your plan ends at once."
          : `Your plan stays as it is until ${day(ends)}, and ends then. Nothing more is charged.`}
      </p>
      <form method="post" action={at}>
        {reason.enabled && (
          <>
            <fieldset>
              <legend>Why do you cancel? (optional)</legend>
              {reason.options.map((option) => (
                <label class="check">
                  <input type="radio" name="feedback" value={option} />
                  {REASONS[option] ?? option}
                </label>
              ))}
            </fieldset>
            <div class="field">
              <label for="comment">Anything else? (optional)</label>
              <textarea id="comment" name="comment" rows={3} maxlength={500} />
            </div>
          </>
        )}
        <button type="submit" class="danger">
          Cancel plan
        </button>
      </form>
    </Errand>
  );
};

const REASONS: Record<string, string> = {
  customer_service: "Customer service was not as I expected",
  low_quality: "The quality was not as I expected",
  missing_features: "I need features that are missing",
  other: "Something else",
  switched_service: "I found something else",
  too_complex: "It is harder to use than I expected",
  too_expensive: "It is too expensive",
  unused: "I do not use it enough",
};
