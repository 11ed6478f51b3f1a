import type { EventRecord } from "../events.ts";
import type { Store, Write } from "../store.ts";

/** An event on its way to one endpoint, until the endpoint has said 2xx. */
export type Dispatch = {
  readonly event: EventRecord;
  /** The endpoint's id. */
  readonly endpoint: string;
  /** How often it was tried. */
  attempts: number;
  /** When it is tried next, in milliseconds of the real clock; null for never again. */
  nextAt: number | null;
  /** Whether the endpoint has answered at all, well or badly. */
  answered: boolean;
};

/**
 * What is owed to whom. An event that no longer stands here has reached everybody who asked for it, so a hundred
 * thousand delivered events cost nothing.
 */
export class Outbox {
  readonly #owed = new Map<string, Dispatch[]>();
  readonly #store: Store;
  #addressed: (dispatch: Dispatch) => void = () => {};

  constructor(store: Store) {
    this.#store = store;
    store.watch((write) => {
      if ("event" in write) this.#address(write.event);
      if ("removed" in write && write.removed === "webhook_endpoint") this.#forget(write.id);
    });
  }

  /** Calls back for every dispatch that is to go out now. */
  onAddressed(callback: (dispatch: Dispatch) => void): void {
    this.#addressed = callback;
  }

  /** What is still owed of an event. */
  of(eventId: string): readonly Dispatch[] {
    return this.#owed.get(eventId) ?? [];
  }

  *all(): Generator<Dispatch> {
    for (const dispatches of this.#owed.values()) yield* dispatches;
  }

  /** Owes an endpoint an event, again or for the first time, and has it sent at once. */
  again(event: EventRecord, endpoint: string): void {
    const dispatch =
      this.of(event.id).find((owed) => owed.endpoint === endpoint) ?? this.#owe(event, endpoint);
    this.#addressed(dispatch);
  }

  delivered(dispatch: Dispatch): void {
    const { event, endpoint } = dispatch;
    this.#drop(event.id, (owed) => owed !== dispatch);
    this.#store.tell({ delivered: event.id, endpoint });
  }

  /** @param nextAt when it is tried again, in milliseconds; null for never */
  failed(dispatch: Dispatch, nextAt: number | null): void {
    dispatch.nextAt = nextAt;
    this.#store.tell(asWrite(dispatch));
  }

  /** Forgets what is owed of an event that is kept no longer. */
  expire(eventId: string): void {
    this.#owed.delete(eventId);
  }

  /** Takes back what the journal says is owed. */
  restore(event: EventRecord, { endpoint, attempts, nextAt }: DispatchWrite): void {
    const dispatch = this.#owe(event, endpoint);
    Object.assign(dispatch, { attempts, nextAt, answered: attempts > 0 });
  }

  /** The writes that would owe the same. */
  *writes(): Generator<Write> {
    for (const dispatch of this.all()) yield asWrite(dispatch);
  }

  #address(event: EventRecord): void {
    for (const { id, status, enabled_events } of this.#store.all("webhook_endpoint").reverse()) {
      const asks = enabled_events.includes("*") || enabled_events.includes(event.type);
      if (status !== "enabled" || !asks) continue;
      const dispatch = this.#owe(event, id);
      this.#store.tell(asWrite(dispatch));
      this.#addressed(dispatch);
    }
  }

  #owe(event: EventRecord, endpoint: string): Dispatch {
    const dispatch: Dispatch = { event, endpoint, attempts: 0, nextAt: 0, answered: false };
    this.#owed.set(event.id, [...this.of(event.id), dispatch]);
    return dispatch;
  }

  #forget(endpoint: string): void {
    for (const eventId of [...this.#owed.keys()]) this.#drop(eventId, (owed) => owed.endpoint !== endpoint);
  }

  #drop(eventId: string, isKept: (owed: Dispatch) => boolean): void {
    const kept = this.of(eventId).filter(isKept);
    if (kept.length > 0) this.#owed.set(eventId, kept);
    else this.#owed.delete(eventId);
  }
}

/** A dispatch as the journal keeps it. */
export type DispatchWrite = { dispatch: string; endpoint: string; attempts: number; nextAt: number | null };

const asWrite = ({ event, endpoint, attempts, nextAt }: Dispatch): DispatchWrite => ({
  dispatch: event.id,
  endpoint,
  attempts,
  nextAt,
});
