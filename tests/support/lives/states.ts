import { isObject, type JsonObject } from "@/lib/billing/read";
import {
  customerFromStripe,
  entitlementsFromStripe,
  invoiceFromStripe,
  priceFromStripe,
  productFromStripe,
  scheduleFromStripe,
  subscriptionFromStripe,
} from "@/lib/billing/subscription/from-stripe";

/** The tables that follow Stripe's objects, each under the object's word, with its mapper. */
export const TABLES = {
  subscription: { table: "subscriptions", map: subscriptionFromStripe },
  subscription_schedule: { table: "subscription_schedules", map: scheduleFromStripe },
  invoice: { table: "invoices", map: invoiceFromStripe },
  customer: { table: "customers", map: customerFromStripe },
  "entitlements.active_entitlement_summary": { table: "entitlement_summaries", map: entitlementsFromStripe },
  product: { table: "products", map: productFromStripe },
  price: { table: "prices", map: priceFromStripe },
} as const;

export type Mirrored = keyof typeof TABLES;

export const SUMMARY = "entitlements.active_entitlement_summary" satisfies Mirrored;

export const isMirrored = (kind: string): kind is Mirrored => Object.hasOwn(TABLES, kind);

/** One object or its row, among all kinds: a summary goes by its customer's id. */
export const keyOf = (kind: Mirrored, id: string) => `${kind} ${id}`;

/** A state of an object of Stripe's as text, so that it compares with what a row says, and whose it is. */
export function stateOf(kind: Mirrored, object: object, deletedAt: number | null = null) {
  const state = TABLES[kind].map({ ...object });
  const isDeleted = deletedAt !== null && "deletedAt" in state;
  const text = JSON.stringify(plain(isDeleted ? { ...state, deletedAt: new Date(deletedAt * 1000) } : state));
  return { key: keyOf(kind, state.id), text };
}

/** A row, as `to_jsonb` shows it, as the same text: without what only the table knows. */
export function textOfRow(kind: Mirrored, row: JsonObject): string {
  return JSON.stringify(plain(Object.fromEntries(columnsOf(kind).map((column) => [column, row[column]]))));
}

const SAMPLE = { id: "x", status: "x", currency: "x", name: "x", amount_due: 0, customer: "x" };

const columnsOf = (kind: Mirrored) => Object.keys(TABLES[kind].map(SAMPLE)).map(snakeCase);

const snakeCase = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The same value in the same words, whether it comes from a mapper or from the database. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return Date.parse(value);
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => [snakeCase(key), plain(part)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
