import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { type GivenObjects, givenObjects } from "./given.ts";

/**
 * The server listens to this machine alone; a web page on it that rebinds its own name to it, or posts a form from
 * elsewhere, is kept out here.
 */
export const onlyFromHere = createMiddleware(async (context, next) => {
  const isLocal = (address: string) => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(address);
  const origin = context.req.header("origin");
  const fromHere = isLocal(context.req.header("host") ?? "");
  if (!fromHere || (origin !== undefined && !isLocal(origin.replace(/^http:\/\//, "")))) {
    return context.json({ error: "Only this machine may ask for that." }, 403);
  }
  await next();
});

/** What tests and the pages ask of the local Stripe that the real one does not offer: everything under `/_local`. */
export function localRoutes(given: GivenObjects): Hono {
  const app = new Hono();
  app.use(onlyFromHere);
  app.put("/objects", async (context) => {
    const objects = givenObjects(await context.req.text());
    if (!objects) return context.json({ error: "Wanted: an object of Stripe's, or an array of them." }, 400);
    for (const object of objects) given.put(object);
    return context.json({ put: objects.length });
  });
  return app;
}
