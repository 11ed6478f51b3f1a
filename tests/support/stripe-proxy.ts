import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What a request to Stripe meets on its way. */
export type Mishap =
  | { kind: "status"; status: number; retryAfter?: number }
  | { kind: "hangs up" }
  | { kind: "nonsense"; body: string };

export type Passage = { mishap: Mishap | null; beforeMs: number; afterMs: number };

const SMOOTH: Passage = { mishap: null, beforeMs: 0, afterMs: 0 };

/** Stands between the app and a local Stripe: makes the way slow or broken, counts, and can set Stripe's clock. */
export class StripeProxy {
  url = "";
  /** Where Stripe is at present; null: nobody answers. */
  upstream: string | null = null;
  /** How each request fares. */
  passage: () => Passage = () => SMOOTH;
  /** Epoch milliseconds of the `Date` header; null leaves it to the server. */
  date: () => number | null = () => null;
  /** As `GET /v1/subscriptions/sub_1`. */
  readonly requests: string[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server = createServer((incoming, outgoing) => void this.#carry(incoming, outgoing));

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
    const { mishap, beforeMs, afterMs } = this.passage();
    incoming.resume();
    if (beforeMs > 0) await sleep(beforeMs);
    if (this.upstream === null || mishap?.kind === "hangs up") return void incoming.socket.destroy();
    if (mishap) return answerBadly(outgoing, mishap);
    const { status, headers, body, date } = await this.#ask(incoming, this.upstream);
    if (afterMs > 0) await sleep(afterMs);
    outgoing.writeHead(status, {
      "content-type": "application/json",
      "request-id": String(headers["request-id"] ?? ""),
      date: date === null ? headers.date : new Date(date).toUTCString(),
    });
    outgoing.end(body);
  }

  #ask({ method, url, headers }: IncomingMessage, upstream: string) {
    return new Promise<{
      status: number;
      headers: IncomingMessage["headers"];
      body: Buffer;
      date: number | null;
    }>((resolve, reject) => {
      const asked = request(upstream + url, { agent: this.#agent, method, headers }, (response) => {
        const date = this.date();
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const body = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 502, headers: response.headers, body, date });
        });
      });
      asked.on("error", reject);
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
