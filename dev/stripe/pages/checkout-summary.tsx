/** @jsxImportSource hono/jsx */
import type Stripe from "stripe";
import { amountOf } from "../engine/price-amounts.ts";
import { money } from "../money.ts";
import type { CheckoutView } from "./checkout.tsx";
import { Field, type Filled } from "./fields.tsx";
import { couponTerms, day, every, iso } from "./words.ts";

type SummaryProps = { view: CheckoutView; at: string; filled: Filled };

/** What is bought, and what it costs today. */
export const Summary = ({ view, at, filled }: SummaryProps) => {
  const { session, items, due } = view;
  if (session.mode === "setup") {
    return (
      <section aria-label="Summary">
        <h1>Save a payment method</h1>
        <p class="soft">Nothing is charged today.</p>
      </section>
    );
  }
  const currency = session.currency ?? "usd";
  return (
    <section aria-label="Summary">
      <h1 class="soft">{titleOf(view)}</h1>
      <p class="large amount">{money(due, currency)}</p>
      <Then view={view} />
      <ul class="rows">
        {items.map((item) => (
          <Item item={item} at={at} />
        ))}
      </ul>
      <Totals view={view} />
      {session.allow_promotion_codes && <Promotion view={view} at={at} filled={filled} />}
    </section>
  );
};

function titleOf({ session, items, trialEnd }: CheckoutView): string {
  const [first, ...others] = items;
  if (session.mode !== "subscription")
    return others.length > 0 ? "Your order" : `Pay for ${first?.description}`;
  const name = items.find(({ price }) => price?.recurring)?.description;
  return trialEnd === null ? `Subscribe to ${name}` : `Try ${name}`;
}

/** What comes after today. */
const Then = ({ view: { session, items, trialEnd } }: { view: CheckoutView }) => {
  if (session.mode !== "subscription") return null;
  const recurring = items.filter(({ price }) => price?.recurring);
  const [first] = recurring;
  if (!first?.price) return null;
  const metered = recurring.every(({ price }) => price?.recurring?.usage_type === "metered");
  const amount = recurring.reduce((sum, item) => sum + listAmount(item), 0);
  const price = metered ? "what you use" : money(Math.round(amount), first.currency);
  return (
    <p class="soft">
      {trialEnd !== null && (
        <>
          Free until <time datetime={iso(trialEnd)}>{day(trialEnd)}</time>, then{" "}
        </>
      )}
      {trialEnd === null && "Renews at "}
      {price}
      {every(first.price.recurring)}
      {session.discounts?.length ? ", before discounts" : ""}
    </p>
  );
};

const listAmount = ({ price, quantity }: Stripe.LineItem) => (price ? amountOf(price, quantity ?? 0) : 0);

const Item = ({ item, at }: { item: Stripe.LineItem; at: string }) => {
  const { price, quantity, adjustable_quantity: adjustable, currency } = item;
  const metered = price?.recurring?.usage_type === "metered";
  return (
    <li>
      <div>
        <div>{item.description}</div>
        <div class="soft small">
          {metered
            ? "Billed by use"
            : `${quantity ?? 1} × ${money(price?.unit_amount ?? listAmount(item), currency)}`}
          {every(price?.recurring ?? null)}
        </div>
        {adjustable?.enabled && (
          <form method="post" action={`${at}/quantity`} class="together">
            <input type="hidden" name="item" value={item.id} />
            <label class="visually-hidden" for={`quantity-${item.id}`}>
              Quantity of {item.description}
            </label>
            <input
              type="number"
              id={`quantity-${item.id}`}
              name="quantity"
              value={String(quantity ?? 1)}
              min={String(adjustable.minimum ?? 0)}
              max={String(adjustable.maximum ?? 99)}
            />
            <button type="submit" class="quiet">
              Update
            </button>
          </form>
        )}
      </div>
      {!metered && <span class="amount">{money(item.amount_subtotal, currency)}</span>}
    </li>
  );
};

const Totals = ({ view: { session, due, coupon, promotion } }: { view: CheckoutView }) => {
  const currency = session.currency ?? "usd";
  const discount = session.total_details?.amount_discount ?? 0;
  const other = due - (session.amount_total ?? 0);
  return (
    <div>
      {(coupon || other !== 0) && (
        <div class="row">
          <span>Subtotal</span>
          <span class="amount">{money(session.amount_subtotal ?? 0, currency)}</span>
        </div>
      )}
      {coupon && (
        <div class="row">
          <span>
            {promotion?.code ?? coupon.name ?? coupon.id}{" "}
            <span class="soft small">{couponTerms(coupon)}</span>
          </span>
          <span class="amount">{money(-discount, currency)}</span>
        </div>
      )}
      {other !== 0 && (
        <div class="row">
          <span>{other < 0 ? "Balance of your account" : "Billed before"}</span>
          <span class="amount">{money(other, currency)}</span>
        </div>
      )}
      <div class="row total last">
        <span>Total due today</span>
        <span class="amount">{money(due, currency)}</span>
      </div>
    </div>
  );
};

const Promotion = ({ view: { promotion }, at, filled }: SummaryProps) =>
  promotion ? (
    <form method="post" action={`${at}/promotion`}>
      <input type="hidden" name="promotion" value="" />
      <button type="submit" class="quiet">
        Remove {promotion.code}
      </button>
    </form>
  ) : (
    <form method="post" action={`${at}/promotion`} class="together">
      <Field name="promotion" label="Promotion code" {...filled} />
      <button type="submit" class="quiet">
        Apply
      </button>
    </form>
  );
