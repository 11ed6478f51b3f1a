import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";
import type { Account } from "../account.ts";
import { authenticate } from "./authenticate.ts";
import { readForm } from "./body.ts";
import type { Endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { decodePart } from "./form.ts";
import { Idempotency } from "./idempotency.ts";
import { list, readParams, text } from "./params.ts";
import { present } from "./present.ts";
import { checkVersion, isVersion } from "./versions.ts";

type Answer = { status: number; body: object; headers?: Record<string, string> };

/** What stands between a request and its endpoint: weather, limits, what a test wants to see. */
export type Gate = {
  /** Called for every request with its method and path. An answer it gives is the answer. */
  before(request: { method: string; path: string }): Promise<Answer | undefined>;
};

type Incoming = {
  context: Context;
  method: string;
  path: string;
  version: string;
  requestId: string;
  /** Of a POST: the rest changes nothing, or the same however often it is asked. */
  key: string | undefined;
};

/** The API: `/v1` and what it needs around each endpoint. https://docs.stripe.com/api */
export function api(
  account: Account,
  endpoints: Endpoint[],
  gate: Gate,
  idempotency = new Idempotency(account.store),
): Hono {
  const app = new Hono();

  for (const endpoint of endpoints) {
    app.on(endpoint.method, endpoint.path, (context) => respond(context, (call) => run(call, endpoint)));
  }
  app.all("*", (context) =>
    respond(context, async ({ method, path }) => {
      const early = await gate.before({ method, path });
      if (early) return early;
      throw ApiError.noSuchPath(method, path);
    }),
  );

  async function respond(context: Context, work: (call: Incoming) => Promise<Answer>): Promise<Response> {
    const { method, path } = context.req;
    const requestId = account.newRequestId();
    const version = context.req.header("stripe-version") ?? account.apiVersion;
    const key = method === "POST" ? context.req.header("idempotency-key") : undefined;
    const { status, body, headers } = await answer({ context, method, path, version, requestId, key }, work);
    return context.json(body, toStatus(status), {
      "request-id": requestId,
      "stripe-version": isVersion(version) ? version : account.apiVersion,
      "cache-control": "no-cache, no-store",
      ...(key ? { "idempotency-key": key, "original-request": requestId } : {}),
      ...headers,
    });
  }

  async function answer(call: Incoming, work: (call: Incoming) => Promise<Answer>): Promise<Answer> {
    try {
      authenticate(call.context.req.header("authorization"));
      checkVersion(call.version);
      decodePart(new URL(call.context.req.url).pathname);
      return await work(call);
    } catch (error) {
      return failure(error, call.requestId);
    }
  }

  async function run(call: Incoming, endpoint: Endpoint): Promise<Answer> {
    const { method, path, requestId, key } = call;
    const form = await readForm(call.context.req);
    const kept =
      key === undefined ? undefined : idempotency.begin(key, { path, form: JSON.stringify(form), requestId });
    let answer: Answer | undefined;
    try {
      const early = await gate.before({ method, path });
      if (early) {
        // What fails inside of Stripe had begun, and is kept.
        if (early.status === 500) answer = early;
        return early;
      }
      if (kept) return replayed(kept);
      answer = execute(call, endpoint, form);
      return answer;
    } finally {
      if (key !== undefined && !kept) idempotency.finish(key, answer);
    }
  }

  /** Does the work. What it refuses is an answer as well; only refused parameters are thrown: nothing had begun. */
  function execute(call: Incoming, endpoint: Endpoint, form: Record<string, unknown>): Answer {
    const { context, path, version, requestId, key = null } = call;
    const { expand, ...given } = form;
    const paths = readParams(EXPAND, { expand }).expand;
    const work = endpoint.read(given);
    const part = (name: string) => context.req.param(name) ?? "";
    const namesVersion = context.req.header("stripe-version") !== undefined;
    const request = { account, id: part("id"), part, path, version, namesVersion };
    const cause = { id: requestId, idempotency_key: key };
    try {
      return account.because(cause, () =>
        orUndone(() => ({ status: 200, body: present(account, work(request), { version, expand: paths }) })),
      );
    } catch (error) {
      return failure(error, requestId);
    }
  }

  /** What fails did not happen, but for a declined card: that leaves its payment intent, its charge and their events. */
  function orUndone(work: () => Answer): Answer {
    return account.atomically(() => {
      try {
        return work();
      } catch (error) {
        if (error instanceof ApiError && error.status === 402) return error;
        throw error;
      }
    });
  }

  return app;
}

const EXPAND = z.object({ expand: list(text).default([]) });

const replayed = ({ answer, requestId }: { answer: Answer; requestId: string }): Answer => ({
  ...answer,
  headers: { "idempotent-replayed": "true", "original-request": requestId },
});

function failure(error: unknown, requestId: string): ApiError {
  if (error instanceof ApiError) return error;
  console.error(`The local Stripe failed at request ${requestId}:`, error);
  return ApiError.unexpected(requestId);
}

function toStatus(status: number): ContentfulStatusCode {
  switch (status) {
    case 200:
    case 400:
    case 401:
    case 402:
    case 403:
    case 404:
    case 409:
    case 413:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return status;
    default:
      throw new Error(`Stripe does not answer ${status}.`);
  }
}
