import { type Context, Hono } from "hono";
import { createMiddleware } from "hono/factory";
import * as z from "zod";
import type { Account } from "../account.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { Recent } from "../delivery/log.ts";
import { CALM, WEATHERS, type Weather } from "../delivery/weather.ts";
import { defined } from "../http/params.ts";
import { Overview } from "../pages/overview.tsx";
import { show } from "../pages/show.tsx";
import { rollSecret } from "../resources/webhook-endpoints.ts";
import type { Controls } from "./controls.ts";
import { givenObjects } from "./given.ts";
import type { RequestEntry } from "./requests.ts";

/**
 * The server listens to this machine alone; a web page on it that rebinds its own name to it, or posts a form from
 * elsewhere, is kept out here: for them there is nothing.
 */
export const onlyFromHere = createMiddleware(async (context, next) => {
  const isLocal = (address: string) => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(address);
  const origin = context.req.header("origin");
  const fromHere = isLocal(context.req.header("host") ?? "");
  if (!fromHere || (origin !== undefined && !isLocal(origin.replace(/^http:\/\//, "")))) {
    return context.json({ error: "Only this machine may ask for that." }, 404);
  }
  await next();
});

export type Parts = {
  account: Account;
  controls: Controls;
  delivery: Delivery;
  weather: Weather;
  requests: Recent<RequestEntry>;
};

const A_DAY = 24 * 60 * 60;

/** What tests and the pages ask of the local Stripe that the real one does not offer: everything under `/_local`. */
export function localRoutes(parts: Parts): Hono {
  const { account, controls, delivery, weather } = parts;
  const app = new Hono();
  app.use(onlyFromHere);

  app.get("/", (context) => show(context, Overview(parts)));

  app.put("/objects", async (context) => {
    const objects = givenObjects(await context.req.text());
    if (!objects) return context.json({ error: "Wanted: an object of Stripe's, or an array of them." }, 400);
    for (const object of objects) controls.put(object);
    return context.json({ put: objects.length });
  });

  app.get("/log", (context) => {
    const { type, event } = context.req.query();
    const entries = delivery.log
      .all()
      .filter((entry) => (!type || entry.type === type) && (!event || entry.event === event));
    return context.json({ deliveries: entries });
  });

  const weatherNow = () => ({ name: weather.name, ...weather.figures });
  app.get("/weather", (context) => context.json(weatherNow()));
  app.post("/weather", async (context) => {
    const wanted = WANTED_WEATHER.safeParse(await readBody(context));
    if (!wanted.success) return context.json({ error: `Wanted: ${WEATHER_WORDS}.` }, 400);
    const { name, return_to, ...given } = wanted.data;
    const figures = defined(given);
    if (name !== undefined) weather.become(name);
    if (Object.keys(figures).length > 0) weather.become(figures);
    return return_to === undefined ? context.json(weatherNow()) : context.redirect("/_local", 303);
  });

  app.post("/webhook_endpoints/:id/roll", async (context) => {
    const id = context.req.param("id");
    const wanted = WANTED_ROLL.safeParse(await readBody(context));
    if (!wanted.success) return context.json({ error: "Wanted: expires_in, in seconds, up to a day." }, 400);
    if (!account.store.get("webhook_endpoint", id)) return context.json({ error: `There is no ${id}.` }, 404);
    return context.json({ secret: rollSecret(account, id, wanted.data.expires_in) });
  });

  return app;
}

const names = Object.keys(WEATHERS);
const share = z.coerce.number().min(0).max(1).optional();
const ms = z.coerce.number().min(0).max(60_000).optional();

const WANTED_WEATHER = z.strictObject({
  name: z.enum(names).optional(),
  return_to: z.string().optional(),
  delayMs: ms,
  overtaken: share,
  overtakenMs: ms,
  duplicated: share,
  lost: share,
  lostForGood: share,
  retryMs: ms,
  apiDelayMs: ms,
  apiFailing: share,
});

const WEATHER_WORDS = `name (${names.join(", ")}), or figures: ${Object.keys(CALM).join(", ")}`;

const WANTED_ROLL = z.strictObject({ expires_in: z.coerce.number().int().min(0).max(A_DAY).default(A_DAY) });

/** A form or JSON. */
async function readBody(context: Context): Promise<unknown> {
  const isJson = context.req.header("content-type")?.startsWith("application/json");
  return isJson ? await context.req.json().catch(() => undefined) : await context.req.parseBody();
}
