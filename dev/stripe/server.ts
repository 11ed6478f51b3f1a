import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import Stripe from "stripe";
import { Account } from "./account.ts";
import { endpoints } from "./endpoints.ts";
import { keepPace } from "./engine/advance.ts";
import { startRoutines } from "./engine/routines.ts";
import { api } from "./http/api.ts";
import { ApiError } from "./http/errors.ts";
import { type GivenObject, GivenObjects } from "./local/given.ts";
import { localRoutes } from "./local/routes.ts";
import { pages } from "./pages/routes.ts";

export type LocalStripe = {
  /** Without a slash at the end: for STRIPE_API_BASE. */
  url: string;
  port: number;
  account: Account;
  /** Makes an object what `GET` of its id answers with, as it is, whatever the account says. */
  put(object: GivenObject): void;
  /** Takes back what `put` said. */
  remove(type: string, id: string): void;
  /** Every request to the API so far, as `GET /v1/customers/cus_1`. */
  requests: string[];
  /** How long each answer of the API waits, in milliseconds. What it says is decided before that. */
  delayMs: number;
  /** Seconds for the `Retry-After` header of failures; null sends none. */
  retryAfter: number | null;
  /** Answers every request to the API with this status, until null. */
  failWith(status: number | null): void;
  close(): Promise<void>;
};

export type LocalStripeOptions = {
  /** Any free one if absent. */
  port?: number;
  /** Of ids and weather. */
  seed?: number;
  /** Of answers and events where nobody names another. */
  apiVersion?: string;
};

/** Starts a Stripe that runs here: the real SDK, the real CLI and this app cannot tell it from the other one. */
export async function startLocalStripe(options: LocalStripeOptions = {}): Promise<LocalStripe> {
  const { port = 0, seed = Date.now(), apiVersion = Stripe.API_VERSION } = options;
  const account = new Account({ seed, apiVersion, url: "" });
  startRoutines(account);
  const given = new GivenObjects();
  let failing: number | null = null;

  const app = new Hono();
  app.route("/_local", localRoutes(given));
  app.route("/", pages({ account, untilAnswered: async () => {}, weather: () => "calm" }));
  app.route("/", api(account, endpoints, { before }));

  async function before({ method, path }: { method: string; path: string }) {
    local.requests.push(`${method} ${path}`);
    const object = given.behind(method, path);
    const failure = failing === null ? undefined : failureOf(failing, local.retryAfter);
    if (local.delayMs > 0) await sleep(local.delayMs);
    return failure ?? (object && { status: 200, body: object });
  }

  const pace = setInterval(() => void keepPace(account), 1000);
  const server = createServer(getRequestListener(app.fetch));
  const local: LocalStripe = {
    url: "",
    port: 0,
    account,
    put: (object) => given.put(object),
    remove: (type, id) => given.remove(type, id),
    requests: [],
    delayMs: 0,
    retryAfter: null,
    failWith: (status) => {
      failing = status;
    },
    close: () =>
      new Promise((resolve, reject) => {
        clearInterval(pace);
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
  local.port = await listen(server, port);
  local.url = `http://127.0.0.1:${local.port}`;
  account.url = local.url;
  return local;
}

/** The failure that a test asked for. */
function failureOf(status: number, retryAfter: number | null) {
  const message = `The local Stripe was told to answer ${status}.`;
  const type = status === 429 ? "rate_limit_error" : status < 500 ? "invalid_request_error" : "api_error";
  const { body } = new ApiError(status, { type, message, ...(status === 429 ? { code: "rate_limit" } : {}) });
  return { status, body, ...(retryAfter === null ? {} : { headers: { "retry-after": String(retryAfter) } }) };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
