import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { signatureHeader } from "../../send/sign.ts";

/** What became of one attempt: a status, or the reason why there is none. */
export type Answer = { status: number; body: string } | { status: null; why: string };

/** How much of an answer is kept. */
const KEPT = 200;

/** Posts signed bodies, over connections that it keeps open. */
export class Post {
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });
  readonly #timeoutMs: number;
  #closed = false;

  /** @param timeoutMs how long an endpoint may take to answer */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Sends a body once. Redirects are answers, and not followed. Never throws for what an endpoint does. */
  async send(url: string, body: string, secrets: readonly string[]): Promise<Answer> {
    const bytes = Buffer.from(body);
    const headers = {
      accept: "*/*; q=0.5, application/xml",
      "cache-control": "no-cache",
      "content-type": "application/json; charset=utf-8",
      "content-length": String(bytes.length),
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
      "stripe-signature": signatures(bytes, secrets),
    };
    const late = new AbortController();
    // Not `AbortSignal.timeout`: that keeps what was sent in memory until the time is over, however soon the answer came.
    const timer = setTimeout(() => late.abort(), this.#timeoutMs);
    try {
      for (;;) {
        const tried = await this.#once(url, bytes, headers, late.signal);
        if (tried !== "stale") return tried;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends every connection, also those in use. */
  close(): void {
    this.#closed = true;
    this.#http.destroy();
    this.#https.destroy();
  }

  #once(
    url: string,
    bytes: Buffer,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Answer | "stale"> {
    const options = { method: "POST", headers, signal };
    return new Promise((resolve) => {
      const request = url.startsWith("https:")
        ? requestHttps(url, { ...options, agent: this.#https })
        : requestHttp(url, { ...options, agent: this.#http });
      const fail = (error: Error) => {
        const code = "code" in error ? String(error.code) : "";
        // The endpoint closed a connection that had been idle, just as we used it: that says nothing about the event.
        const stale = request.reusedSocket && code === "ECONNRESET" && !signal.aborted && !this.#closed;
        resolve(
          stale
            ? "stale"
            : { status: null, why: signal.aborted ? "no answer in time" : error.message || code },
        );
      };
      request.once("error", fail);
      request.once("response", (response) => read(response).then(resolve, fail));
      request.end(bytes);
    });
  }
}

async function read(response: IncomingMessage): Promise<Answer> {
  let body = "";
  response.setEncoding("utf8");
  for await (const chunk of response) {
    if (body.length < KEPT) body += String(chunk).slice(0, KEPT - body.length);
  }
  return { status: response.statusCode ?? 0, body };
}

/** One `v1` for each secret that is valid: two while one is being rolled. */
function signatures(bytes: Buffer, secrets: readonly string[]): string {
  const at = new Date();
  const [first = "", ...others] = secrets.map((secret) => signatureHeader(bytes, secret, at));
  return first + others.map((header) => header.slice(header.indexOf(","))).join("");
}
