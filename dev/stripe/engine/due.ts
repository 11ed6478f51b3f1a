import type { Account } from "../account.ts";
import { isKind, type Kind, type Kinds, kindOf } from "../kinds.ts";
import type { Store } from "../store.ts";

/** What an object of a kind does by itself when its time has come: a subscription renews, a session expires. */
export type Routine<K extends Kind = Kind> = {
  kind: K;
  /** When it next has something to do, in epoch seconds of its clock; null for never. */
  dueAt(account: Account, object: Kinds[K]): number | null;
  /** Does it. Afterwards `dueAt` must say another moment. The account's clock stands at that moment meanwhile. */
  run(account: Account, object: Kinds[K]): void;
  /** The customer whose clock it goes by. */
  customer(object: Kinds[K]): string | null;
};

type Entry = { at: number; turn: number; id: string; clock: string | null; watch: Watch };

/** A routine that has forgotten which kind it is of: it looks its objects up by id. */
type Watch = {
  dueAt(id: string): number | null;
  clock(id: string): string | null;
  run(id: string): void;
  /** What the routine goes by: if neither is replaced, it did nothing. */
  state(id: string): [object | undefined, object];
};

/** Keeps, for every clock, what falls due next. What is no longer true when its turn comes is passed over. */
export class DueList {
  #heaps = new Map<string | null, Heap>();
  #watches = new Map<Kind, Watch>();
  #turn = 0;

  constructor(store: Store) {
    store.watch((write) => {
      if ("put" in write) this.#look(write.put, write.object.id);
      if ("note" in write) {
        const kind = kindOf(write.note);
        if (kind) this.#look(kind, write.note);
      }
    });
  }

  add<K extends Kind>(account: Account, routine: Routine<K>): void {
    const { kind } = routine;
    this.#watches.set(kind, {
      dueAt(id) {
        const object = account.store.get(kind, id);
        return object ? routine.dueAt(account, object) : null;
      },
      clock(id) {
        const object = account.store.get(kind, id);
        return object ? account.clockOf(routine.customer(object)) : null;
      },
      run(id) {
        const object = account.store.get(kind, id);
        if (object) routine.run(account, object);
      },
      state: (id) => [account.store.get(kind, id), account.store.notes(id)],
    });
    for (const { id } of account.store.all(kind).reverse()) this.#look(kind, id);
  }

  #look(kind: Kind, id: string): void {
    const watch = this.#watches.get(kind);
    if (!isKind(kind) || !watch) return;
    const at = watch.dueAt(id);
    if (at === null) return;
    const clock = watch.clock(id);
    const heap = this.#heaps.get(clock) ?? new Heap();
    this.#heaps.set(clock, heap);
    heap.push({ at, turn: this.#turn++, id, clock, watch });
  }

  /** When a clock next has something to do, or null. */
  next(clock: string | null): number | null {
    return this.#settled(clock)?.at ?? null;
  }

  /**
   * Runs the first thing that is due on a clock, at its moment.
   * @returns that moment, or null if nothing is due until then
   */
  runNext(account: Account, clock: string | null, until: number): number | null {
    const entry = this.#settled(clock);
    if (!entry || entry.at > until) return null;
    this.#heaps.get(clock)?.pop();
    const { watch, id } = entry;
    const [object, notes] = watch.state(id);
    account.at(clock, entry.at, () => watch.run(id));
    const [objectNow, notesNow] = watch.state(id);
    if (object === objectNow && notes === notesNow && watch.dueAt(id) === entry.at) {
      throw new Error(`${entry.id} was due at ${entry.at}, and did nothing about it.`);
    }
    return entry.at;
  }

  /** The first entry that is still true. */
  #settled(clock: string | null): Entry | undefined {
    const heap = this.#heaps.get(clock);
    for (let entry = heap?.peek(); heap && entry; entry = heap.peek()) {
      if (entry.watch.dueAt(entry.id) === entry.at && entry.watch.clock(entry.id) === clock) return entry;
      heap.pop();
    }
    return undefined;
  }
}

/** A binary heap: the earliest moment first, then the order of arrival. */
class Heap {
  #entries: Entry[] = [];

  peek(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    const entries = this.#entries;
    let at = entries.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) break;
      at = parent;
    }
  }

  pop(): Entry | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (!last || entries.length === 0) return first;
    entries[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const smaller = before(entries[left + 1], entries[left]) ? left + 1 : left;
      if (!this.#swapIfBefore(smaller, at)) break;
      at = smaller;
    }
    return first;
  }

  #swapIfBefore(one: number, other: number): boolean {
    const [first, second] = [this.#entries[one], this.#entries[other]];
    if (!first || !second || !before(first, second)) return false;
    this.#entries[one] = second;
    this.#entries[other] = first;
    return true;
  }
}

const before = (one: Entry | undefined, other: Entry | undefined) =>
  one !== undefined &&
  other !== undefined &&
  (one.at < other.at || (one.at === other.at && one.turn < other.turn));
