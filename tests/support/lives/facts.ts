import type { Account } from "@/dev/stripe/account";
import { eventBody } from "@/dev/stripe/delivery/event-body";
import { type Fact, factsOf } from "@/lib/billing/timeline/facts";
import { parseEvent } from "@/lib/billing/webhook/event";
import { isHandled } from "@/lib/billing/webhook/events";
import { db } from "@/lib/db";

type Told = Omit<Fact, "isMailed" | "kind"> & { kind: string; eventId: string };

/** Facts that are not what the account's events tell, read one after the other in the order in which they happened. */
export async function readFalseFacts(account: Account, version: string): Promise<string[]> {
  const expected = new Map<string, string>();
  const ignored = await db().stripeEvent.findMany({ where: { outcome: "ignored" }, select: { id: true } });
  const silent = new Set(ignored.map(({ id }) => id));
  const heard = account.events.filter(({ id, type }) => isHandled(type) && !silent.has(id));
  const inOrder = heard.toSorted((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
  for (const event of inOrder) {
    const parsed = parseEvent(JSON.stringify(eventBody(account, event, version)));
    if (typeof parsed === "string") throw new Error(parsed);
    for (const fact of factsOf(parsed))
      if (!expected.has(fact.key)) expected.set(fact.key, textOf({ ...fact, eventId: event.id }));
  }
  const found = new Map((await db().fact.findMany()).map((row) => [row.key, textOf(row)]));
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((key) =>
    found.get(key) === expected.get(key) ? [] : [`${key} is ${found.get(key)}, not ${expected.get(key)}`],
  );
}

function textOf({ key, kind, at, customerId, subscriptionId, invoiceId, ...more }: Told) {
  const { amount, currency, nextAt, attempt, priceId, quantity, priceBefore, quantityBefore, reason } = more;
  const told = { key, kind, at, customerId, subscriptionId, invoiceId, currency, nextAt, attempt, priceId };
  const rest = { quantity, priceBefore, quantityBefore, reason, eventId: more.eventId };
  return JSON.stringify({ ...told, ...rest, amount: amount === null ? null : Number(amount) });
}
