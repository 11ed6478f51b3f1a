import { type Context, Hono } from "hono";
import { onlyFromHere } from "../local/routes.ts";
import { advanceInTurn, readAdvance } from "../local/time.ts";
import { authenticateRoutes } from "./authenticate.tsx";
import { checkoutRoutes } from "./checkout-routes.tsx";
import type { PageContext } from "./context.ts";
import { invoiceRoutes } from "./invoice-routes.tsx";
import { portalRoutes } from "./portal-routes.tsx";
import { STYLE } from "./style.ts";

/** Everything that a person sees in a browser: the hosted pages, and the bar's way of letting time pass. */
export function pages(context: PageContext): Hono {
  const app = new Hono();
  app.get("/_local/pages.css", (call) =>
    call.body(STYLE, 200, { "content-type": "text/css; charset=utf-8", "cache-control": "no-cache" }),
  );
  app.use("/pay/*", onlyFromHere);
  app.use("/authenticate/*", onlyFromHere);
  app.use("/portal/*", onlyFromHere);
  app.use("/i/*", onlyFromHere);
  app.route("/portal", portalRoutes(context));
  app.route("/pay", checkoutRoutes(context));
  app.route("/authenticate", authenticateRoutes(context));
  app.route("/i", invoiceRoutes(context));
  app.post("/_local/advance", onlyFromHere, (call) => advance(context, call));
  return app;
}

async function advance({ account }: PageContext, call: Context): Promise<Response> {
  const given = await readBody(call);
  const by = readAdvance(given);
  if (!by) return call.json({ error: "Wanted: by (day, week, month, next), seconds, or to." }, 400);
  const now = await advanceInTurn(account, by);
  const back = given.return_to;
  return typeof back === "string" && /^\/(?![/\\])/.test(back)
    ? call.redirect(back, 303)
    : call.json({ now });
}

async function readBody(call: Context): Promise<Record<string, unknown>> {
  if (!call.req.header("content-type")?.startsWith("application/json")) return await call.req.parseBody();
  const json: unknown = await call.req.json().catch(() => undefined);
  return typeof json === "object" && json !== null ? { ...json } : {};
}
