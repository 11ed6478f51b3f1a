import type { Account } from "@/dev/stripe/account";
import type { EventRecord } from "@/dev/stripe/events";
import { isHandled } from "@/lib/billing/webhook/events";
import type { Stripe } from "@/lib/stripe";
import { isMirrored, type Mirrored, textOfObject } from "./states";

/** What really happened to an account's objects: every state that each was ever in, in order. */
export class Truth {
  readonly #states = new Map<string, string[]>();
  /** What an event that the app acts on has spoken of. */
  readonly #told = new Set<string>();
  /** When a customer, product or price was deleted, with its last state. */
  readonly #deleted = new Map<string, string>();

  constructor(account: Account) {
    account.store.watch((write) => {
      if ("put" in write && isMirrored(write.put))
        this.#add(write.object.id, textOfObject(write.put, write.object));
      if ("event" in write) this.#hear(write.event);
    });
  }

  #add(id: string, state: string): void {
    const states = this.#states.get(id);
    if (states) states.push(state);
    else this.#states.set(id, [state]);
  }

  #hear({ type, object, created }: EventRecord): void {
    if (!isHandled(type) || !("id" in object && "object" in object)) return;
    const [id, kind] = [String(object.id), String(object.object)];
    this.#told.add(id);
    if (!type.endsWith(".deleted") || kind === "subscription" || !isMirrored(kind)) return;
    const last = textOfObject(kind, object, created);
    this.#deleted.set(id, last);
    this.#add(id, last);
  }

  /** Whether the rows that an object had, in their order, go through its states without ever going back. */
  isForward(id: string, rows: readonly string[]): boolean {
    const states = this.#states.get(id) ?? [];
    let at = 0;
    return rows.every((row) => {
      at = states.indexOf(row, at);
      return at >= 0;
    });
  }

  /** The same in words: each row's place among the states, and of one that is no state what it was nearest to. */
  explain(id: string, rows: readonly string[]): string {
    const states = this.#states.get(id) ?? [];
    const places = rows.map((row) => {
      const at = states.flatMap((state, n) => (state === row ? [n] : []));
      return at.length > 0 ? at.join("|") : row;
    });
    return `${id} had ${states.length} states; the rows were ${places.join(", then ")}`;
  }

  /** What Stripe's API says of everything that an event has spoken of, by kind and id. */
  async now(stripe: Stripe): Promise<Map<string, string>> {
    const all = async <T extends object>(list: AsyncIterable<T>) => {
      const found: T[] = [];
      for await (const object of list) found.push(object);
      return found;
    };
    const objects: [Mirrored, { id: string }[]][] = [
      ["subscription", await all(stripe.subscriptions.list({ limit: 100, status: "all" }))],
      ["invoice", await all(stripe.invoices.list({ limit: 100 }))],
      ["customer", await all(stripe.customers.list({ limit: 100 }))],
      ["product", await all(stripe.products.list({ limit: 100 }))],
      ["price", await all(stripe.prices.list({ limit: 100 }))],
    ];
    const said = objects.flatMap(([kind, found]) =>
      found
        .filter(({ id }) => this.#told.has(id))
        .map((object) => [object.id, textOfObject(kind, object)] as const),
    );
    return new Map([...said, ...this.#deleted]);
  }
}
