import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What a request to Stripe meets on its way. */
export type Mishap =
  | { kind: "status"; status: number; retryAfter?: number }
  | { kind: "hangs up" }
  | { kind: "nonsense"; body: string };

export type Passage = {
  mishap: Mishap | null;
  beforeMs: number;
  afterMs: number;
  /** How old a state an answer may tell, on Stripe's clock: as a machine does that has not heard the newest yet. */
  lagMs?: number;
};

const SMOOTH: Passage = { mishap: null, beforeMs: 0, afterMs: 0 };

type Answer = { status: number; headers: IncomingMessage["headers"]; body: Buffer; date: number };

/** Stands between the app and a local Stripe: makes the way slow, broken or late, counts, and can shift Stripe's clock. */
export class StripeProxy {
  url = "";
  /** Where Stripe is at present; null: nobody answers. */
  upstream: string | null = null;
  /** How each request fares: the last of `requests`. */
  passage: () => Passage | Promise<Passage> = () => SMOOTH;
  /** By how many milliseconds the answers' `Date` is ahead of the server's. */
  ahead = 0;
  /** As `GET /v1/subscriptions/sub_1`. */
  readonly requests: string[] = [];
  /** The paths of the requests that were answered with what was true a moment before. */
  readonly late: string[] = [];
  readonly #earlier = new Map<string, { answer: Answer; state: object }>();
  #headers: IncomingMessage["headers"] = {};
  readonly #agent = new Agent({ keepAlive: true });
  /** Where Stripe hangs up, as a storm has it, so does this. */
  readonly #server = createServer((incoming, outgoing) =>
    this.#carry(incoming, outgoing).catch(() => incoming.socket.destroy()),
  );

  static async start(): Promise<StripeProxy> {
    const proxy = new StripeProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    const address = proxy.#server.address();
    proxy.url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    return proxy;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  async #carry(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    this.requests.push(`${incoming.method} ${incoming.url}`);
    const { mishap, beforeMs, afterMs, lagMs = 0 } = await this.passage();
    this.#headers = incoming.headers;
    incoming.resume();
    if (beforeMs > 0) await sleep(beforeMs);
    if (this.upstream === null || mishap?.kind === "hangs up") return void incoming.socket.destroy();
    if (mishap) return answerBadly(outgoing, mishap);
    const now = await this.#ask(incoming, this.upstream);
    const { status, headers, body } = this.#asOfLate(`${incoming.url}`, now, lagMs);
    if (afterMs > 0) await sleep(afterMs);
    outgoing.writeHead(status, {
      "content-type": "application/json",
      "request-id": String(headers["request-id"] ?? ""),
      date: new Date(now.date + this.ahead).toUTCString(),
    });
    outgoing.end(body);
  }

  /**
   * Keeps what Stripe says of some objects now, for answers that lag by so much at the most: what is kept already stays as
   * long as it is young enough. Nothing before the first request has come by.
   * @param states each object's path, and its state as the local Stripe keeps it: of one that is the same still, Stripe would
   *   say the same again
   * @param now epoch milliseconds on Stripe's clock
   */
  async remember(states: Iterable<readonly [string, object]>, lagMs: number, now: number): Promise<void> {
    const { upstream } = this;
    if (upstream === null || this.requests.length === 0) return;
    const keep = async ([url, state]: readonly [string, object]) => {
      const kept = this.#earlier.get(url);
      if (kept && now - kept.answer.date <= lagMs) return;
      const answer =
        kept?.state === state
          ? { ...kept.answer, date: now }
          : await this.#ask({ method: "GET", url, headers: this.#headers }, upstream);
      this.#earlier.set(url, { answer, state });
    };
    await Promise.all([...states].map(keep));
  }

  forget(): void {
    this.#earlier.clear();
    this.late.length = 0;
  }

  #asOfLate(url: string, now: Answer, lagMs: number): Answer {
    const earlier = this.#earlier.get(url)?.answer;
    if (!earlier || now.date - earlier.date > lagMs || earlier.body.equals(now.body)) return now;
    this.late.push(url);
    return earlier;
  }

  #ask({ method, url, headers }: Pick<IncomingMessage, "method" | "url" | "headers">, upstream: string) {
    return new Promise<Answer>((resolve, reject) => {
      const asked = request(upstream + url, { agent: this.#agent, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode: status = 502, headers } = response;
          resolve({ status, headers, body: Buffer.concat(chunks), date: Date.parse(headers.date ?? "") });
        });
      });
      // The server may close a connection in the very moment in which it is used again: that is no mishap of the test's.
      asked.on("error", (error) =>
        asked.reusedSocket ? resolve(this.#ask({ method, url, headers }, upstream)) : reject(error),
      );
      asked.end();
    });
  }
}

function answerBadly(outgoing: ServerResponse, mishap: Exclude<Mishap, { kind: "hangs up" }>): void {
  if (mishap.kind === "nonsense") {
    outgoing.writeHead(200, { "content-type": "application/json" }).end(mishap.body);
    return;
  }
  const { status, retryAfter } = mishap;
  const type = status === 429 ? "rate_limit_error" : "api_error";
  outgoing.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  });
  outgoing.end(JSON.stringify({ error: { type, message: `The way to Stripe answers ${status}.` } }));
}
