import { createMiddleware } from "hono/factory";
import type { Recent } from "../delivery/log.ts";

/** One request to the API, and its answer. */
export type RequestEntry = {
  at: number;
  method: string;
  path: string;
  status: number;
  ms: number;
  /** `req_…`; empty for one that the weather swallowed. */
  id: string;
};

/** Keeps the last requests to the API, for whoever looks at `/_local`. */
export const logRequests = (recent: Recent<RequestEntry>) =>
  createMiddleware(async (context, next) => {
    const begun = performance.now();
    await next();
    recent.add({
      at: Date.now(),
      method: context.req.method,
      path: context.req.path,
      status: context.res.status,
      ms: Math.round(performance.now() - begun),
      id: context.res.headers.get("request-id") ?? "",
    });
  });
