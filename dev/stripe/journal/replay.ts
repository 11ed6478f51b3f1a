import Stripe from "stripe";
import type { Account } from "../account.ts";
import type { DispatchWrite } from "../delivery/outbox.ts";
import type { EventRecord } from "../events.ts";
import type { Idempotency } from "../http/idempotency.ts";
import type { Kind, Kinds } from "../kinds.ts";
import type { Encoder, Entry, State } from "./entries.ts";

/** Puts an account into the state that a journal's entries tell of, in their order. */
export class Replay {
  /** How often the server was started with this file. */
  starts = 0;
  /** How large the file was when it was last written anew. */
  compacted = 0;
  readonly #account: Account;
  readonly #idempotency: Idempotency;
  readonly #encoder: Encoder;
  readonly #states: Kinds[Kind][] = [];
  readonly #events = new Map<string, EventRecord>();
  readonly #owed = new Map<string, DispatchWrite>();

  constructor(account: Account, idempotency: Idempotency, encoder: Encoder) {
    this.#account = account;
    this.#idempotency = idempotency;
    this.#encoder = encoder;
  }

  /** @throws Error if the entry tells of something that no entry before it told of */
  apply(entry: Entry): void {
    const { store } = this.#account;
    if ("put" in entry) this.#put(entry);
    else if ("event" in entry) this.#event({ ...entry.event, object: this.#state(entry.at) });
    else if ("removed" in entry) {
      store.remove(entry.removed, entry.id, { gone: entry.gone });
      this.#encoder.remove(entry.removed, entry.id);
    } else if ("note" in entry) {
      reviveDecimals(entry.value);
      store.note(entry.note, entry.value);
    } else if ("clock" in entry) this.#account.setAhead(entry.clock);
    else if ("dispatch" in entry) this.#owed.set(`${entry.dispatch} ${entry.endpoint}`, entry);
    else if ("delivered" in entry) this.#owed.delete(`${entry.delivered} ${entry.endpoint}`);
    else if ("answered" in entry) this.#idempotency.restore(entry.answered, entry.answer);
    else if ("starts" in entry) this.starts = entry.starts;
    else if ("compacted" in entry) this.compacted = entry.compacted;
    else throw new Error(`What is ${Object.keys(entry satisfies never)[0]}?`);
  }

  /** When all entries are applied: owes what is still owed. */
  finish(): void {
    const { store, outbox } = this.#account;
    for (const owed of this.#owed.values()) {
      const event = this.#events.get(owed.dispatch);
      if (event && store.get("webhook_endpoint", owed.endpoint)) outbox.restore(event, owed);
    }
  }

  #put({ put, on, object, without = [] }: State): void {
    reviveDecimals(object);
    const whole = on === undefined ? object : laidOver(this.#state(on), object);
    for (const key of without) Reflect.deleteProperty(whole, key);
    this.#states.push(whole);
    this.#encoder.add(put, whole);
    if (put !== null) this.#account.store.put(put, whole);
  }

  #event(event: EventRecord): void {
    if (event.previous) reviveDecimals(event.previous);
    this.#account.events.push(event);
    this.#events.set(event.id, event);
  }

  #state(number: number): Kinds[Kind] {
    const state = this.#states[number];
    if (!state) throw new Error(`There is no state ${number} before it.`);
    return state;
  }
}

const laidOver = (before: object, changes: Kinds[Kind]): Kinds[Kind] => ({ ...before, ...changes });

/** JSON has no decimals: the SDK's type has them wherever a name ends so. The customer's own metadata stays text. */
function reviveDecimals(object: object): void {
  for (const [key, value] of Object.entries(object)) {
    if (typeof value === "string" && key.endsWith("_decimal")) {
      Reflect.set(object, key, Stripe.Decimal.from(value));
    } else if (typeof value === "object" && value !== null && key !== "metadata") reviveDecimals(value);
  }
}
