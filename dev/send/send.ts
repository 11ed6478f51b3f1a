import type { EventToSend, Unreadable } from "./document";
import { noAnswer } from "./no-answer";
import { pace } from "./pace";
import { signedRequest } from "./sign";

export type SendOptions = {
  /** The endpoint. */
  url: string;
  /** Its signing secret, whsec_…. */
  secret: string;
  /** Deliveries a second at the most. Unlimited if absent. */
  rate?: number | undefined;
  /** Deliveries under way at once. 1 if absent: each waits for the answer to the one before it, so the order is kept. */
  concurrency?: number | undefined;
  /** How long to wait for an answer, in milliseconds. Stripe gives up after some 30 s. */
  timeoutMs?: number | undefined;
  onAnswer?: ((report: SendReport) => void) | undefined;
};

type Failure = EventToSend & { status: number | null; error: string };

export type SendReport = {
  sent: number;
  /** Answers counted by HTTP status, null where none came, and by the answer's `result`, empty where it has none. */
  answers: Map<string, { status: number | null; result: string; count: number }>;
  /** How many got anything but a 2xx. */
  failed: number;
  /** The first of them, in the order of their answers. */
  failures: Failure[];
  unreadable: Unreadable[];
  /** Set if nobody listens at the address; sending stopped there. */
  unreachable: boolean;
};

const FAILURES_KEPT = 10;

/**
 * Signs each event with a fresh timestamp and posts it, as Stripe would.
 * @param events from `readEvents`, or any list of bodies
 * @returns what was answered; it does not throw for an answer of any kind
 */
export async function sendEvents(
  events: AsyncIterable<EventToSend | Unreadable> | Iterable<EventToSend | Unreadable>,
  options: SendOptions,
): Promise<SendReport> {
  const report: SendReport = {
    sent: 0,
    answers: new Map(),
    failed: 0,
    failures: [],
    unreadable: [],
    unreachable: false,
  };
  const queue = shared(events);
  const nextSlot = pace(options.rate);
  const worker = async () => {
    for await (const event of queue) {
      if (report.unreachable) return;
      if ("why" in event) {
        report.unreadable.push(event);
        continue;
      }
      await nextSlot();
      const answer = await deliver(event, options);
      if (answer === "nobody listens") {
        report.unreachable = true;
        return;
      }
      count(report, event, answer);
      options.onAnswer?.(report);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 1 }, worker));
  return report;
}

/** One source for several readers; one that leaves does not close it for the others, as a generator's would. */
function shared<T>(items: AsyncIterable<T> | Iterable<T>): AsyncIterable<T> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  return { [Symbol.asyncIterator]: () => ({ next: async () => iterator.next() }) };
}

type Answer = { status: number | null; result: string; error: string };

async function deliver(event: EventToSend, options: SendOptions): Promise<Answer | "nobody listens"> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? 30_000);
  try {
    const response = await fetch(signedRequest(event.body, options.secret, { url: options.url, signal }));
    const text = await response.text();
    return { status: response.status, ...meaningOf(text, response.statusText) };
  } catch (error) {
    const { refused, why } = noAnswer(error);
    return refused ? "nobody listens" : { status: null, result: "", error: why };
  }
}

function meaningOf(text: string, statusText: string): { result: string; error: string } {
  const body = parseObject(text);
  const word = (field: string) => {
    const found: unknown = body && Reflect.get(body, field);
    return typeof found === "string" ? found : "";
  };
  return { result: word("result"), error: word("error") || text.trim().slice(0, 120) || statusText };
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function count(report: SendReport, event: EventToSend, { status, result, error }: Answer): void {
  report.sent++;
  const key = `${status} ${result}`;
  const row = report.answers.get(key) ?? { status, result, count: 0 };
  report.answers.set(key, { ...row, count: row.count + 1 });
  if (status !== null && status >= 200 && status < 300) return;
  report.failed++;
  if (report.failures.length < FAILURES_KEPT) report.failures.push({ ...event, status, error });
}
