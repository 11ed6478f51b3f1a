import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Account } from "../account.ts";
import type { Weather } from "../delivery/weather.ts";
import { ApiError } from "./errors.ts";

type Env = { Bindings: HttpBindings };

/** Makes the API slow, and fail, as the weather has it. What fails has not begun, unless the client cannot tell. */
export const weatherOver = (account: Account, weather: Weather) =>
  createMiddleware<Env>(async (context, next) => {
    const { method, path } = context.req;
    const key = context.req.header("idempotency-key");
    const isSafe = method !== "POST" || key !== undefined;
    const { delayMs, failure } = weather.request(`${method} ${path} ${key ?? ""}`, isSafe);
    if (delayMs > 0) await sleep(delayMs);
    switch (failure) {
      case null:
        return await next();
      case "429":
        return refuse(context, account, 429, "rate_limit_error", { "stripe-should-retry": "true" });
      case "500":
        return refuse(context, account, 500, "api_error");
      case "503":
        return refuse(context, account, 503, "api_error");
      case "hangs up when done":
        await next();
        return hangUp(context);
      case "hangs up":
        hangUp(context);
        return context.body(null);
      default:
        return failure satisfies never;
    }
  });

function refuse(
  context: Context<Env>,
  account: Account,
  status: 429 | 500 | 503,
  type: "rate_limit_error" | "api_error",
  headers: Record<string, string> = {},
) {
  const message = `It is the weather: the local Stripe answers ${status}. The same request made again will do.`;
  const code = status === 429 ? { code: "rate_limit" } : {};
  const { body } = new ApiError(status, { type, message, ...code });
  return context.json(body, status, { "request-id": account.newRequestId(), ...headers });
}

const hangUp = (context: Context<Env>): void => void context.env.incoming.socket.destroy();
