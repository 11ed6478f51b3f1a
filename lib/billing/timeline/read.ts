import { query } from "@/lib/pool";
import {
  integer,
  type JsonObject,
  list,
  objectOr,
  smallInteger,
  storedText,
  storedTime,
  text,
  time,
} from "../read";
import { FACT_KINDS, type FactKind } from "./facts";

/** A fact as a page shows it. */
export type FactView = ReturnType<typeof viewFact>[number];

const MOST = 30;

/**
 * The newest facts as SQL of one value. Of what is read, up to half stays untold.
 * @param customer SQL of a customer's id
 */
export const timelineOf = (customer: string) => `(select json_agg(f order by f.at desc, f.key) from (
  select key, kind, at, invoice_id, attempt, amount, currency, next_at, reason, mail,
    price_id, quantity, price_before, quantity_before,
    (select json_object_agg(price.id, json_build_object('name', product.name, 'interval', price.interval))
      from prices price left join products product on product.id = price.product_id
      where price.id in (price_id, price_before)) as plans
  from facts where customer_id = ${customer}
  order by at desc, key
  limit ${2 * MOST}
) f)`;

export async function readTimeline(customerId: string): Promise<FactView[]> {
  const [found] = await query<{ facts: unknown }>(`select ${timelineOf("$1")} as facts`, [customerId]);
  return viewFacts(found?.facts);
}

/** The newest first, as timelineOf gives them. */
export function viewFacts(stored: unknown): FactView[] {
  const rows = list(stored);
  const keys = new Set(rows.map(({ key }) => key));
  return rows.flatMap((row) => viewFact(row, keys)).slice(0, MOST);
}

/**
 * Of an attempt that the bank asked about it is told that, and not that it failed as well. Of a bill that was paid since, or
 * tried once more, what was to follow does not follow any more.
 */
function viewFact(row: JsonObject, keys: ReadonlySet<unknown>) {
  const kind = storedText(row.kind);
  // While a new version is deployed, an old one may meet a kind that it has no words for.
  if (!isKind(kind)) return [];
  const { invoice_id: bill, attempt } = row;
  const isFailure = kind === "payment_failed";
  if (isFailure && keys.has(`action_required:${bill}:${attempt}`)) return [];
  const isOvertaken =
    isFailure && (keys.has(`paid:${bill}`) || keys.has(`payment_failed:${bill}:${Number(attempt) + 1}`));
  const [at, sum, currency] = [storedTime(row.at), integer(row.amount), text(row.currency)];
  return [
    {
      key: storedText(row.key),
      kind,
      at,
      reason: text(row.reason),
      /** How the mail about it stands: pending, sent, dropped or parked; null where none was to be sent. */
      mail: text(row.mail),
      money: sum === null || currency === null ? null : { amount: sum, currency },
      nextAt: isOvertaken ? at : time(row.next_at),
      plan: planAt(row.plans, row.price_id, row.quantity),
      planBefore: planAt(row.plans, row.price_before, row.quantity_before),
    },
  ];
}

function planAt(plans: unknown, priceId: unknown, quantity: unknown) {
  if (typeof priceId !== "string") return null;
  const { name, interval } = objectOr(objectOr(plans)[priceId]);
  return { name: text(name), interval: text(interval), quantity: smallInteger(quantity) };
}

const isKind = (kind: string): kind is FactKind => Object.hasOwn(FACT_KINDS, kind);
