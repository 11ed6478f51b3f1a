import type Stripe from "stripe";
import type { DispatchWrite } from "./delivery/outbox.ts";
import type { CardBehaviour } from "./engine/cards.ts";
import type { CheckoutPlan } from "./engine/checkout-plan.ts";
import type { EventRecord } from "./events.ts";
import type { KeptAnswer } from "./http/idempotency.ts";
import { isKind, type Kind, type Kinds } from "./kinds.ts";

type Tables = { [K in Kind]: Map<string, Kinds[K]> };

/** What we must remember of an object that Stripe's own has no field for. By the object's id. */
export type Notes = {
  /** Of a payment method: what charging it does. */
  card?: CardBehaviour;
  /** Of a webhook endpoint: what its deliveries are signed with, each until a moment in epoch seconds or null. */
  secrets?: { secret: string; until: number | null }[];
  /** Of a payment method: the customer did prove to be the owner, so that it asks no more. */
  authenticated?: boolean;
  /** Of a payment method: it was detached, and Stripe lets nobody use it again. */
  detached?: boolean;
  /** Of an intent: where the customer comes back to from proving to be the owner. */
  returnUrl?: string;
  /** Of a payment intent: when the debit behind it goes through or comes back, by the account's own clock. */
  settlesAt?: number;
  /** Of a subscription: the trial's end that `trial_will_end` was sent for. */
  trialWillEndFor?: number;
  /** Of a subscription: the period's end that `invoice.upcoming` was sent for. */
  upcomingFor?: number;
  /** Of a subscription: it is still in the making, so that no event speaks of it yet. */
  unannounced?: boolean;
  /** Of a paused subscription: the invoice that must be paid for it to go on. */
  resumesWith?: string | null;
  /** Of a subscription item: the subscription that it is, or was, of. */
  itemOf?: string;
  /** Of a subscription schedule: the end that `expiring` was sent for. */
  expiringFor?: number;
  /** Of an invoice: how long after finalisation it is due, in days. */
  daysUntilDue?: number;
  /** Of an invoice: the invoice payment that its payment intent stands behind. */
  invoicePayment?: string;
  /** Of an invoice: that `invoice.overdue` was sent. */
  overdue?: boolean;
  /** Of a payment intent: the invoice that it pays. */
  invoice?: string;
  /** Of a subscription: the payment intent that has already got the money for its first invoice. */
  paidBy?: string;
  /** Of a Checkout Session: what it will make when paid. */
  checkout?: CheckoutPlan;
  /** Of a portal session: when it was looked at last. */
  portalUsedAt?: number;
  /** Of a customer: the active entitlements, the newest first. */
  entitlements?: string[];
  /** Of a product: the product features that it is sold with, the newest first. */
  features?: string[];
  /** Of a discount: its coupon, where that has been deleted since. */
  coupon?: Stripe.Coupon;
  /** Of a payment or setup intent: the Checkout Session that it pays. */
  session?: string;
};

/** One thing that happened to the state, as the journal keeps it. */
export type Write =
  | { put: Kind; object: Kinds[Kind] }
  | { removed: Kind; id: string; gone: boolean }
  | { note: string; value: Notes }
  | { event: EventRecord }
  | DispatchWrite
  | { delivered: string; endpoint: string }
  | { answered: string; answer: KeptAnswer }
  | { clock: number };

/**
 * All the objects of one Stripe account, in memory. An object is never changed, only replaced: so an event keeps the
 * state of its moment by keeping a reference, and ten thousand renewals fit into little memory.
 */
export class Store {
  #tables: Tables = {
    "billing.meter": new Map(),
    "billing.meter_event": new Map(),
    "billing_portal.configuration": new Map(),
    "billing_portal.session": new Map(),
    charge: new Map(),
    "checkout.session": new Map(),
    coupon: new Map(),
    credit_note: new Map(),
    customer: new Map(),
    discount: new Map(),
    "entitlements.active_entitlement": new Map(),
    "entitlements.feature": new Map(),
    invoice: new Map(),
    invoice_payment: new Map(),
    invoiceitem: new Map(),
    payment_intent: new Map(),
    payment_method: new Map(),
    price: new Map(),
    product: new Map(),
    product_feature: new Map(),
    promotion_code: new Map(),
    refund: new Map(),
    setup_intent: new Map(),
    subscription: new Map(),
    subscription_schedule: new Map(),
    "test_helpers.test_clock": new Map(),
    webhook_endpoint: new Map(),
  };
  #byCustomer = new Map<string, Set<string>>();
  #gone = new Map<string, Kind>();
  #notes = new Map<string, Notes>();
  #watchers: ((write: Write) => void)[] = [];
  /** While work runs that may still be undone: how to undo what it did, and what the watchers hear only then. */
  #undo: (() => void)[] | undefined;
  #unsaid: Write[] = [];

  /** Calls back after every write. */
  watch(watcher: (write: Write) => void): void {
    this.#watchers.push(watcher);
  }

  tell(write: Write): void {
    if (this.#undo) this.#unsaid.push(write);
    else for (const watcher of this.#watchers) watcher(write);
  }

  /** Runs a piece of work that, if it throws, did not happen. Watchers hear of it when it is over. */
  atomically<T>(work: () => T): T {
    const outer = this.#undo;
    const undo = outer ?? [];
    this.#undo = undo;
    const [done, said] = [undo.length, this.#unsaid.length];
    try {
      return work();
    } catch (error) {
      while (undo.length > done) undo.pop()?.();
      this.#unsaid.length = said;
      throw error;
    } finally {
      this.#undo = outer;
      if (!outer) for (const write of this.#unsaid.splice(0)) this.tell(write);
    }
  }

  get<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
    return this.#tables[kind].get(id);
  }

  /** Adds an object, or puts it into the place of its older self. */
  put<K extends Kind>(kind: K, object: Kinds[K]): Kinds[K] {
    const table: Map<string, Kinds[K]> = this.#tables[kind];
    const before = table.get(object.id);
    this.#undo?.push(() => (before ? table.set(before.id, before) : table.delete(object.id)));
    table.set(object.id, object);
    const gone = this.#gone.get(object.id);
    if (gone === kind) {
      this.#gone.delete(object.id);
      this.#undo?.push(() => this.#gone.set(object.id, gone));
    }
    const customer = customerOf(object);
    if (customer) {
      const key = `${kind} ${customer}`;
      const ids = this.#byCustomer.get(key);
      if (ids) ids.add(object.id);
      else this.#byCustomer.set(key, new Set([object.id]));
    }
    this.tell({ put: kind, object });
    return object;
  }

  /** Removes an object. One that is `gone` is still known to have been: Stripe answers for it with `deleted: true`. */
  remove(kind: Kind, id: string, { gone = false } = {}): void {
    const table: Map<string, Kinds[typeof kind]> = this.#tables[kind];
    const before = table.get(id);
    this.#undo?.push(() => {
      if (before) table.set(id, before);
      this.#gone.delete(id);
    });
    table.delete(id);
    if (gone) this.#gone.set(id, kind);
    this.tell({ removed: kind, id, gone });
  }

  isGone(kind: Kind, id: string): boolean {
    return this.#gone.get(id) === kind;
  }

  /** All of a kind, the newest first, as Stripe lists. */
  all<K extends Kind>(kind: K): Kinds[K][] {
    return [...this.#tables[kind].values()].reverse();
  }

  count(kind: Kind): number {
    return this.#tables[kind].size;
  }

  /** A customer's objects of a kind, the newest first. */
  ofCustomer<K extends Kind>(kind: K, customer: string): Kinds[K][] {
    const ids = [...(this.#byCustomer.get(`${kind} ${customer}`) ?? [])].reverse();
    return ids.flatMap((id) => {
      const object = this.get(kind, id);
      return object && customerOf(object) === customer ? [object] : [];
    });
  }

  notes(id: string): Notes {
    return this.#notes.get(id) ?? {};
  }

  note(id: string, more: Notes): void {
    const before = this.notes(id);
    this.#undo?.push(() => this.#notes.set(id, before));
    const value = { ...before, ...more };
    this.#notes.set(id, value);
    this.tell({ note: id, value });
  }

  /** The writes that would make a store like this one. */
  *writes(): Generator<Write> {
    for (const [id, kind] of this.#gone) yield { removed: kind, id, gone: true };
    for (const kind of Object.keys(this.#tables).filter(isKind)) {
      for (const object of this.#tables[kind].values()) yield { put: kind, object };
    }
    for (const [note, value] of this.#notes) yield { note, value };
  }
}

/** The id in a field that holds an id or, expanded, the object. Kept objects always hold the id. */
export function idOf(value: string | { id: string } | null | undefined): string | null {
  return typeof value === "object" ? (value?.id ?? null) : (value ?? null);
}

function customerOf(object: object): string | null {
  if (!("customer" in object)) return null;
  return typeof object.customer === "string" ? object.customer : null;
}
