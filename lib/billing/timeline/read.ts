import { db, Prisma } from "@/lib/db";
import type { Money } from "../queries";
import { FACT_KINDS, type FactKind } from "./facts";

/** A fact as a page shows it. */
export type FactView = {
  key: string;
  kind: FactKind;
  at: Date;
  money: Money | null;
  nextAt: Date | null;
  plan: PlanAt | null;
  planBefore: PlanAt | null;
  reason: string | null;
  /** How the mail about it stands: pending, sent, dropped or parked; null where none was to be sent. */
  mail: string | null;
};

type PlanAt = { name: string | null; interval: string | null; quantity: number | null };

const MOST = 30;

/** A bill that was paid since, or tried once more: what was to follow then does not follow any more. */
const isOvertaken = Prisma.sql`f.kind = 'payment_failed' and exists (
  select from facts later
  where later.key in ('paid:' || f.invoice_id, 'payment_failed:' || f.invoice_id || ':' || f.attempt + 1))`;

/** The newest first. Of an attempt that the bank asked about it is told that, and not that it failed as well. */
export async function readTimeline(customerId: string): Promise<FactView[]> {
  const rows = await db().$queryRaw<Row[]>`
    select f.key, f.kind, f.at, f.amount, f.currency, f.reason,
      case when ${isOvertaken} then f.at else f.next_at end as "nextAt", f.mail,
      f.price_id as "priceId", product.name, price.interval, f.quantity,
      f.price_before as "priceBefore", product_before.name as "nameBefore", price_before.interval as "intervalBefore",
      f.quantity_before as "quantityBefore"
    from facts f
    left join prices price on price.id = f.price_id
    left join products product on product.id = price.product_id
    left join prices price_before on price_before.id = f.price_before
    left join products product_before on product_before.id = price_before.product_id
    where f.customer_id = ${customerId} and not (f.kind = 'payment_failed' and exists (
      select from facts asked where asked.key = 'action_required:' || f.invoice_id || ':' || f.attempt))
    order by f.at desc, f.key
    limit ${MOST}`;
  return rows.flatMap(viewFact);
}

type Row = {
  key: string;
  kind: string;
  at: Date;
  amount: bigint | null;
  currency: string | null;
  nextAt: Date | null;
  reason: string | null;
  mail: string | null;
  priceId: string | null;
  name: string | null;
  interval: string | null;
  quantity: number | null;
  priceBefore: string | null;
  nameBefore: string | null;
  intervalBefore: string | null;
  quantityBefore: number | null;
};

/** While a new version is deployed, an old one may meet a kind that it has no words for. */
function viewFact({ key, kind, at, amount, currency, nextAt, reason, mail, ...row }: Row): FactView[] {
  if (!isKind(kind)) return [];
  const { name, interval, quantity, nameBefore, intervalBefore, quantityBefore } = row;
  const before = { name: nameBefore, interval: intervalBefore, quantity: quantityBefore };
  return [
    {
      ...{ key, kind, at, nextAt, reason, mail },
      money: amount === null || currency === null ? null : { amount: Number(amount), currency },
      plan: row.priceId === null ? null : { name, interval, quantity },
      planBefore: row.priceBefore === null ? null : before,
    },
  ];
}

const isKind = (kind: string): kind is FactKind => Object.hasOwn(FACT_KINDS, kind);
