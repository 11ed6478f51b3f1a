import { createServer, type Server } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import Stripe from "stripe";
import { Account } from "./account.ts";
import { Delivery } from "./delivery/delivery.ts";
import { Recent } from "./delivery/log.ts";
import { Weather } from "./delivery/weather.ts";
import { endpoints } from "./endpoints.ts";
import { startRoutines } from "./engine/routines.ts";
import { resumeClocks } from "./engine/test-clocks.ts";
import { api } from "./http/api.ts";
import { Idempotency } from "./http/idempotency.ts";
import { weatherOver } from "./http/weather.ts";
import { Journal } from "./journal/journal.ts";
import { Controls } from "./local/controls.ts";
import { moveUrls } from "./local/moved.ts";
import { keepPaceOf } from "./local/pace.ts";
import { logRequests, type RequestEntry } from "./local/requests.ts";
import { localRoutes } from "./local/routes.ts";
import { setUpEndpoint } from "./local/webhooks.ts";
import type { LocalStripeOptions } from "./options.ts";
import { pages } from "./pages/routes.ts";
import { forgetOldEvents } from "./resources/events.ts";

export type { LocalStripeOptions } from "./options.ts";

export type LocalStripe = Controls & {
  /** Without a slash at the end: for STRIPE_API_BASE. */
  url: string;
  port: number;
  account: Account;
  delivery: Delivery;
  weather: Weather;
  /** The endpoints that the options asked for, with their secrets. */
  webhooks: ReturnType<typeof setUpEndpoint>[];
  /** Stops it; with a data file, it can be started again where it was. */
  close(): Promise<void>;
};

/**
 * Starts a Stripe that runs here: the real SDK, the real CLI and this app cannot tell it from the other one.
 * @throws JournalError if the data file cannot be used; Error with code EADDRINUSE if the port cannot
 */
export async function startLocalStripe(options: LocalStripeOptions = {}): Promise<LocalStripe> {
  const parts = build(options);
  const { account, delivery, weather, journal, controls } = parts;
  const server = createServer(getRequestListener(serve(parts).fetch));
  const port = await listen(server, options.port ?? 0).catch((error: unknown) => {
    journal?.close();
    throw error;
  });
  account.url = `http://127.0.0.1:${port}`;
  moveUrls(account);
  const webhooks = (options.webhooks ?? []).map((option) => setUpEndpoint(account, option));
  delivery.resume();
  resumeClocks(account);
  const pace = keepPaceOf(account);
  const stop = async () => {
    pace.stop();
    await Promise.all([delivery.close(), end(server)]);
    journal?.close();
  };
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= stop();
    return closed;
  };
  return Object.assign(controls, { url: account.url, port, account, delivery, weather, webhooks, close });
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
  journal?.tidy();
  startRoutines(account);
  const weather = new Weather(seed, options.weather);
  const delivery = new Delivery(account, {
    weather,
    timeScale,
    timeoutMs: options.webhookTimeoutMs ?? 20_000,
    beforeSending: () => journal?.flush(),
  });
  const requests = new Recent<RequestEntry>(500);
  return {
    account,
    idempotency,
    journal,
    weather,
    delivery,
    requests,
    controls: new Controls(options.rateLimit),
  };
}

/** Who answers what. */
function serve(parts: ReturnType<typeof build>): Hono<{ Bindings: HttpBindings }> {
  const { account, delivery, weather, journal, requests, controls, idempotency } = parts;
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (_, next) => {
    await next();
    journal?.flush(); // what is answered is written down
  });
  app.use("/v1/*", logRequests(requests), weatherOver(account, weather), async (context, next) => {
    await next();
    context.header("date", new Date(account.realNow() * 1000).toUTCString());
  });
  app.route("/_local", localRoutes(parts));
  const untilAnswered = (eventId: string, ms: number) => delivery.untilAnswered(eventId, ms);
  app.route("/", pages({ account, untilAnswered, weather: () => weather.name }));
  app.all("/_local/*", (context) => context.json({ error: "There is nothing of that name here." }, 404));
  app.route("/", api(account, endpoints, controls, idempotency));
  return app;
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

function end(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
