import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import Stripe from "stripe";
import { afterEach, beforeEach } from "vitest";
import { advanceAccount } from "@/dev/stripe/engine/advance";
import type { EventRecord } from "@/dev/stripe/events";
import { type LocalStripe, type LocalStripeOptions, startLocalStripe } from "@/dev/stripe/server";

type Tested = {
  /** The official SDK, pointed at the local Stripe, which never tries twice. */
  readonly stripe: Stripe;
  readonly local: LocalStripe;
  /** Every event so far. */
  events(): EventRecord[];
  /** Their types, in order. */
  eventTypes(): string[];
  /** Moves the account's own clock, and with it whatever falls due. */
  advance(seconds: number): Promise<void>;
  /** A request as curl would make it: `raw("POST /v1/customers", "email=ada%40example.com")`. */
  raw(what: string, form?: string, headers?: Record<string, string>): Promise<Raw>;
  /** A webhook receiver of this test's own. */
  listen(options?: { secret?: string; answer?: number }): Promise<Receiver>;
};

type Raw = { status: number; headers: Headers; body: unknown };

/**
 * A fresh local Stripe for each test of the file: `const it = useLocalStripe()`, then `it.stripe` within the tests.
 * `it` is not to be taken apart outside of them: there is no server yet.
 */
export function useLocalStripe(options: LocalStripeOptions = {}): Tested {
  let local: LocalStripe | undefined;
  let stripe: Stripe | undefined;
  const receivers: Receiver[] = [];
  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("The local Stripe runs only while a test does.");
    return value;
  };

  beforeEach(async () => {
    local = await startLocalStripe({ seed: 1, ...options });
    stripe = clientOf(local);
  });
  afterEach(async () => {
    await local?.close();
    for (const receiver of receivers.splice(0)) receiver.close();
  });

  return {
    get stripe() {
      return started(stripe);
    },
    get local() {
      return started(local);
    },
    events: () => started(local).account.events,
    eventTypes: () => started(local).account.events.map(({ type }) => type),
    async advance(seconds) {
      const { account } = started(local);
      await advanceAccount(account, account.now() + seconds);
    },
    async raw(what, form, headers = {}) {
      const [method = "GET", path = "/"] = what.split(" ");
      const response = await fetch(started(local).url + path, {
        method,
        headers: { authorization: "Bearer sk_test_raw", "content-type": FORM, ...headers },
        ...(form === undefined ? {} : { body: form }),
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    async listen(options) {
      const receiver = await Receiver.listen(options);
      receivers.push(receiver);
      return receiver;
    },
  };
}

const FORM = "application/x-www-form-urlencoded";

export function clientOf({ port }: { port: number }, config: Partial<Stripe.StripeConfig> = {}): Stripe {
  return new Stripe("sk_test_local", {
    protocol: "http",
    host: "127.0.0.1",
    port,
    maxNetworkRetries: 0,
    telemetry: false,
    ...config,
  });
}

type Delivery = { headers: IncomingHttpHeaders; body: string; status: number; at: number };

/** A real webhook endpoint: it keeps what comes, and believes only what is signed. */
export class Receiver {
  url = "";
  /** What deliveries are signed with: set it to the `secret` that the endpoint was made with. */
  secret: string;
  /** The status that it answers with. */
  answer: number;
  /** Every request so far, answered or not. */
  readonly deliveries: Delivery[] = [];
  readonly #server: Server;

  private constructor({ secret = "", answer = 200 }: { secret?: string; answer?: number }) {
    this.secret = secret;
    this.answer = answer;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { headers } = request;
        const status = this.answer;
        this.deliveries.push({ headers, body: Buffer.concat(chunks).toString(), status, at: Date.now() });
        response.writeHead(status).end();
      });
    });
  }

  static async listen(options: { secret?: string; answer?: number } = {}): Promise<Receiver> {
    const receiver = new Receiver(options);
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    const address = receiver.#server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    receiver.url = `http://127.0.0.1:${port}/webhook`;
    return receiver;
  }

  /** @throws unless every delivery is signed with the secret */
  events(): Stripe.Event[] {
    return this.deliveries.map(({ headers, body }) =>
      verifier.constructEvent(body, headers["stripe-signature"] ?? "", this.secret),
    );
  }

  eventTypes(): string[] {
    return this.events().map(({ type }) => type);
  }

  /** Waits for the first event of a type. */
  async until(type: string, ms = 60_000): Promise<Stripe.Event> {
    for (const end = Date.now() + ms; ; await sleep(10)) {
      const event = this.events().find((event) => event.type === type);
      if (event) return event;
      if (Date.now() > end)
        throw new Error(`No ${type} came within ${ms} ms, only: ${this.eventTypes().join(", ")}`);
    }
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

const verifier = new Stripe("sk_test_receiver").webhooks;
