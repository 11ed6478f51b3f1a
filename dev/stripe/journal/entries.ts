import type { EventRecord } from "../events.ts";
import type { Kind, Kinds } from "../kinds.ts";
import type { Write } from "../store.ts";

/**
 * What the journal's lines are made of: the store's writes, but every state of an object only once, and only what
 * differs from the state before it. States are numbered from the top of the file.
 */
export type Entry =
  | State
  | { event: Omit<EventRecord, "object">; at: number }
  | { starts: number }
  | { compacted: number }
  | Exclude<Write, { put: Kind } | { event: EventRecord }>;

/** A state, whole once it is laid over the state `on`. Null for one that is in no table: only an event tells of it. */
export type State = { put: Kind | null; on?: number; object: Kinds[Kind]; without?: string[] };

/** Turns writes into entries. It knows the numbers of the states that are in the file. */
export class Encoder {
  #count = 0;
  readonly #numbers = new WeakMap<object, number>();
  /** The last state of each object that is kept, by kind and id. */
  readonly #latest = new Map<string, object>();

  /** Numbers a state that is in the file. */
  add(kind: Kind | null, object: object): number {
    const number = this.#count++;
    this.#numbers.set(object, number);
    if (kind !== null && "id" in object) this.#latest.set(`${kind} ${object.id}`, object);
    return number;
  }

  remove(kind: Kind, id: string): void {
    this.#latest.delete(`${kind} ${id}`);
  }

  encode(write: Write): object[] {
    if ("put" in write) return [this.#state(write.put, write.object)];
    if ("removed" in write) this.remove(write.removed, write.id);
    if (!("event" in write)) return [write];
    const { object, ...event } = write.event;
    const known = this.#numbers.get(object);
    if (known !== undefined) return [{ event, at: known }];
    const state = this.#state(null, object);
    return [state, { event, at: this.#count - 1 }];
  }

  #state(put: Kind | null, object: object): object {
    const before = this.#before(put, object);
    const on = before && this.#numbers.get(before);
    this.add(put, object);
    return before && on !== undefined ? { put, on, ...difference(before, object) } : { put, object };
  }

  #before(kind: Kind | null, object: object): object | undefined {
    if (!("id" in object)) return undefined;
    const word = kind ?? ("object" in object ? object.object : undefined);
    return this.#latest.get(`${word} ${object.id}`);
  }
}

/** What to lay over one state to have the other. Parts are shared between states, so that most are the very same. */
function difference(before: object, after: object): { object: object; without?: string[] } {
  const old = new Map<string, unknown>(Object.entries(before));
  const changed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(after)) {
    if (!old.has(key) || old.get(key) !== value) changed[key] = value;
    old.delete(key);
  }
  const without = [...old.keys()];
  return { object: changed, ...(without.length > 0 ? { without } : {}) };
}
