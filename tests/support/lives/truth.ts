import type { Account } from "@/dev/stripe/account";
import { entitlementsOf } from "@/dev/stripe/engine/entitlements";
import type { EventRecord } from "@/dev/stripe/events";
import { isHandled } from "@/lib/billing/webhook/events";
import type { Stripe } from "@/lib/stripe";
import { isForward, placesOf, type State, type Version } from "./forward";
import { isMirrored, keyOf, type Mirrored, SUMMARY, stateOf } from "./states";

/** What really happened to an account's objects: every state that each was ever in, in order. */
export class Truth {
  readonly #account: Account;
  readonly #states = new Map<string, State[]>();
  /** What an event that the app acts on has spoken of. */
  readonly #told = new Set<string>();
  /** Customers of whose entitlements an event has spoken. */
  readonly #entitled = new Set<string>();
  /** The customers and products that are deleted, each with its last state. */
  readonly #deleted = new Map<string, string>();

  constructor(account: Account) {
    this.#account = account;
    account.store.watch((write) => {
      if ("put" in write && isMirrored(write.put)) this.#deleted.delete(this.#add(write.put, write.object));
      if ("event" in write) this.#hear(write.event);
    });
  }

  #add(kind: Mirrored, object: object, deletedAt: number | null = null): string {
    const { key, text } = stateOf(kind, object, deletedAt);
    const state = { text, at: this.#account.realNow() };
    const states = this.#states.get(key);
    if (states) states.push(state);
    else this.#states.set(key, [state]);
    return key;
  }

  #hear({ type, object, created }: EventRecord): void {
    if (!isHandled(type) || !("object" in object)) return;
    const kind = String(object.object);
    if (!isMirrored(kind)) return;
    this.#told.add(stateOf(kind, object).key);
    if (kind === SUMMARY && "customer" in object) {
      this.#entitled.add(String(object.customer));
      // Nobody keeps summaries: there are those of the events.
      this.#add(kind, object);
    }
    if (!type.endsWith(".deleted") || kind === "subscription") return;
    this.#deleted.set(this.#add(kind, object, created), stateOf(kind, object, created).text);
  }

  /** Whether the rows that an object had, in their order, go through its states without ever going back. */
  isForward(key: string, rows: readonly Version[]): boolean {
    return isForward(this.#states.get(key) ?? [], rows);
  }

  /** The same in words: each row's place among the states, and the row itself from where that fails. */
  explain(key: string, rows: readonly Version[]): string {
    const states = this.#states.get(key) ?? [];
    const places = placesOf(states, rows);
    const told = rows.map(({ text, at }, n) => {
      const anywhere = states.flatMap((state, place) => (state.text === text ? [place] : [])).join("|");
      return `${(places[n] ?? -1) < 0 ? anywhere || text : places[n]} (true up to ${at})`;
    });
    const times = states.map(({ at }) => at).join(", ");
    return `${key} had ${states.length} states, at ${times}; the rows were ${told.join(", then ")}`;
  }

  /**
   * The summary of a customer who is deleted. Nobody is left to use anything, and Stripe's API knows no summary any more: of
   * two in the customer's last second, the one that asks which is right learns nothing, and is ignored.
   */
  isOfNobody(key: string): boolean {
    const [kind, id = ""] = key.split(" ");
    return kind === SUMMARY && this.#deleted.has(keyOf("customer", id));
  }

  /** What Stripe's API says of everything that an event has spoken of, by kind and id. */
  async now(stripe: Stripe): Promise<Map<string, string>> {
    const all = async <T extends object>(list: AsyncIterable<T>) => {
      const found: T[] = [];
      for await (const object of list) found.push(object);
      return found;
    };
    const objects: [Mirrored, object[]][] = [
      ["subscription", await all(stripe.subscriptions.list({ limit: 100, status: "all" }))],
      ["subscription_schedule", await all(stripe.subscriptionSchedules.list({ limit: 100 }))],
      ["invoice", await all(stripe.invoices.list({ limit: 100 }))],
      ["customer", await all(stripe.customers.list({ limit: 100 }))],
      ["product", await all(stripe.products.list({ limit: 100 }))],
      ["price", await all(stripe.prices.list({ limit: 100 }))],
      // Stripe lists them by customer: a question for each of them would be the most of all questions.
      [SUMMARY, [...this.#entitled].map((customer) => this.#summaryOf(customer))],
    ];
    const said = objects.flatMap(([kind, found]) => found.map((object) => stateOf(kind, object)));
    const told = said.filter(({ key }) => this.#told.has(key)).map(({ key, text }) => [key, text] as const);
    return new Map([...told, ...this.#deleted]);
  }

  #summaryOf(customer: string): object {
    return { customer, livemode: false, entitlements: { data: entitlementsOf(this.#account, customer) } };
  }
}
