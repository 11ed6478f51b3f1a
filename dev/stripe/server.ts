import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import Stripe from "stripe";
import { Account } from "./account.ts";
import { Delivery } from "./delivery/delivery.ts";
import { Recent } from "./delivery/log.ts";
import { Weather } from "./delivery/weather.ts";
import { endpoints } from "./endpoints.ts";
import { startRoutines } from "./engine/routines.ts";
import { api } from "./http/api.ts";
import { ApiError } from "./http/errors.ts";
import { Idempotency } from "./http/idempotency.ts";
import { RateLimit } from "./http/rate-limit.ts";
import { weatherOver } from "./http/weather.ts";
import { Journal } from "./journal/journal.ts";
import { type GivenObject, GivenObjects } from "./local/given.ts";
import { keepPaceOf } from "./local/pace.ts";
import { logRequests, type RequestEntry } from "./local/requests.ts";
import { localRoutes } from "./local/routes.ts";
import { setUpEndpoint } from "./local/webhooks.ts";
import type { LocalStripeOptions } from "./options.ts";
import type { PageContext } from "./pages/context.ts";
import { pages } from "./pages/routes.ts";
import { forgetOldEvents } from "./resources/events.ts";

export type { LocalStripeOptions } from "./options.ts";

export type LocalStripe = {
  /** Without a slash at the end: for STRIPE_API_BASE. */
  url: string;
  port: number;
  account: Account;
  delivery: Delivery;
  weather: Weather;
  /** The endpoints that the options asked for, with their secrets. */
  webhooks: ReturnType<typeof setUpEndpoint>[];
  /** Makes an object what `GET` of its id answers with, as it is, whatever the account says. */
  put(object: GivenObject): void;
  /** Takes back what `put` said. */
  remove(type: string, id: string): void;
  /** The last requests to the API, as `GET /v1/customers/cus_1`. */
  requests: string[];
  /** How long each answer of the API waits, in milliseconds. What it says is decided before that. */
  delayMs: number;
  /** Seconds for the `Retry-After` header of failures; null sends none. */
  retryAfter: number | null;
  /** Answers every request to the API with this status, until null. */
  failWith(status: number | null): void;
  /** Stops it; with a data file, it can be started again where it was. */
  close(): Promise<void>;
};

/**
 * Starts a Stripe that runs here: the real SDK, the real CLI and this app cannot tell it from the other one.
 * @throws JournalError if the data file cannot be used; Error with code EADDRINUSE if the port cannot
 */
export async function startLocalStripe(options: LocalStripeOptions = {}): Promise<LocalStripe> {
  const { account, journal, ...parts } = build(options);
  const { given, delivery, weather } = parts;
  const rateLimit = options.rateLimit === undefined ? undefined : new RateLimit(options.rateLimit);
  let failing: number | null = null;

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (_, next) => {
    await next();
    journal?.flush(); // what is answered is written down
  });
  app.use("/v1/*", logRequests(parts.requests), weatherOver(account, weather));
  app.route("/_local", localRoutes({ account, ...parts }));
  app.route("/", pages(pageContext(account, delivery, weather)));
  app.all("/_local/*", (context) => context.json({ error: "There is nothing of that name here." }, 404));
  app.route("/", api(account, endpoints, { before }, parts.idempotency));

  async function before({ method, path }: { method: string; path: string }) {
    remember(local.requests, `${method} ${path}`);
    const object = given.behind(method, path);
    const failure = failing === null ? rateLimit?.refuse() : failureOf(failing, local.retryAfter);
    if (local.delayMs > 0) await sleep(local.delayMs);
    return failure ?? (object && { status: 200, body: object });
  }

  const server = createServer(getRequestListener(app.fetch));
  let pace: { stop(): void } | undefined;
  const local: LocalStripe = {
    url: "",
    port: 0,
    account,
    delivery,
    weather,
    webhooks: [],
    put: (object) => given.put(object),
    remove: (type, id) => given.remove(type, id),
    requests: [],
    delayMs: 0,
    retryAfter: null,
    failWith: (status) => {
      failing = status;
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
  let closed: Promise<void> | undefined;
  async function close() {
    pace?.stop();
    await Promise.all([delivery.close(), stop(server)]);
    journal?.close();
  }
  try {
    local.port = await listen(server, options.port ?? 0);
  } catch (error) {
    journal?.close();
    throw error;
  }
  local.url = `http://127.0.0.1:${local.port}`;
  account.url = local.url;
  local.webhooks = (options.webhooks ?? []).map((option) => setUpEndpoint(account, option));
  delivery.resume();
  pace = keepPaceOf(account);
  return local;
}

/** All the parts, in the state that the data file has. */
function build(options: LocalStripeOptions) {
  const { seed = Date.now(), apiVersion = Stripe.API_VERSION, dataFile, timeScale = 1 } = options;
  const account = new Account({ seed, apiVersion, url: "" });
  const idempotency = new Idempotency(account.store);
  const journal = dataFile === undefined ? undefined : new Journal(dataFile, account, idempotency);
  // The ids of the times before must not come again.
  if (journal && journal.starts > 1) account.reseed(Math.imul(seed + journal.starts, 0x9e3779b1));
  forgetOldEvents(account);
  startRoutines(account);
  const weather = new Weather(seed, options.weather);
  const delivery = new Delivery(account, {
    weather,
    timeScale,
    timeoutMs: options.webhookTimeoutMs ?? 20_000,
    beforeSending: () => journal?.flush(),
  });
  const requests = new Recent<RequestEntry>(500);
  return { account, idempotency, journal, weather, delivery, requests, given: new GivenObjects() };
}

const pageContext = (account: Account, delivery: Delivery, weather: Weather): PageContext => ({
  account,
  untilAnswered: (eventId, ms) => delivery.untilAnswered(eventId, ms),
  weather: () => weather.name,
});

/** How many requests are remembered by name. */
const REMEMBERED = 10_000;

function remember(requests: string[], request: string): void {
  requests.push(request);
  if (requests.length > 2 * REMEMBERED) requests.splice(0, REMEMBERED);
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

function stop(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
