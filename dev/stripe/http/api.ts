import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Account } from "../account.ts";
import type { Endpoint } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { Idempotency } from "./idempotency.ts";
import { parseForm } from "./params.ts";
import { present } from "./present.ts";

type Answer = { status: number; body: object; headers?: Record<string, string> };

/** What stands between a request and its endpoint: weather, limits, what a test wants to see. */
export type Gate = {
  /** Called for every request with its method and path. An answer it gives is the answer. */
  before(request: { method: string; path: string }): Promise<Answer | undefined>;
};

/** The API: `/v1` and what it needs around each endpoint. https://docs.stripe.com/api */
export function api(account: Account, endpoints: Endpoint[], gate: Gate): Hono {
  const app = new Hono();
  const idempotency = new Idempotency();

  for (const endpoint of endpoints) {
    app.on(endpoint.method, endpoint.path, (context) => respond(context, (call) => run(call, endpoint)));
  }
  app.all("*", (context) =>
    respond(context, async ({ method, path }) => {
      throw ApiError.noSuchPath(method, path);
    }),
  );

  async function respond(context: Context, work: (call: Incoming) => Promise<Answer>): Promise<Response> {
    const requestId = account.newIdOf("req");
    const version = context.req.header("stripe-version") ?? account.apiVersion;
    const { status, body, headers } = await answerTo(context, requestId, version, work);
    const key = context.req.header("idempotency-key");
    return context.json(body, toStatus(status), {
      "request-id": requestId,
      "stripe-version": version,
      "cache-control": "no-cache, no-store",
      ...(key ? { "idempotency-key": key } : {}),
      ...headers,
    });
  }

  async function answerTo(
    context: Context,
    requestId: string,
    version: string,
    work: (call: Incoming) => Promise<Answer>,
  ): Promise<Answer> {
    const { method, path } = context.req;
    try {
      authenticate(context.req.header("authorization"));
      checkVersion(version);
      const early = await gate.before({ method, path });
      if (early) return early;
      const form = parseForm(method === "GET" ? new URL(context.req.url).search : await context.req.text());
      const key = method === "POST" ? context.req.header("idempotency-key") : undefined;
      return await work({ context, method, path, version, requestId, key, form });
    } catch (error) {
      if (error instanceof ApiError) return error;
      throw error;
    }
  }

  async function run(call: Incoming, endpoint: Endpoint): Promise<Answer> {
    if (call.key === undefined) return execute(call, endpoint);
    const kept = idempotency.begin(call.key, `${call.method} ${call.path} ${JSON.stringify(call.form)}`);
    if (kept) return { ...kept, headers: { "idempotent-replayed": "true" } };
    let answer: Answer | undefined;
    try {
      answer = await execute(call, endpoint);
      return answer;
    } catch (error) {
      if (error instanceof ApiError && error.status === 402) answer = error;
      throw error;
    } finally {
      idempotency.finish(call.key, answer);
    }
  }

  async function execute({ context, form, ...call }: Incoming, endpoint: Endpoint): Promise<Answer> {
    const { expand, ...given } = form;
    const cause = { id: call.requestId, idempotency_key: call.key ?? null };
    const { path, version } = call;
    const part = (name: string) => context.req.param(name) ?? "";
    const request = { account, id: part("id"), part, path, version };
    const object = await account.because(cause, () => endpoint.answer(request, given));
    return { status: 200, body: present(account, object, { version, expand: readExpand(expand) }) };
  }

  return app;
}

type Incoming = {
  context: Context;
  method: string;
  path: string;
  version: string;
  requestId: string;
  key: string | undefined;
  form: Record<string, unknown>;
};

function readExpand(given: unknown): string[] {
  if (given === undefined) return [];
  if (Array.isArray(given) && given.every((path) => typeof path === "string")) return given;
  throw ApiError.invalid("Invalid array", { param: "expand" });
}

/** A key as Bearer or as the user of Basic. Any test key will do; a live one has no business here. */
function authenticate(header: string | undefined): void {
  const [scheme = "", credentials = ""] = (header ?? "").split(" ");
  const key =
    scheme.toLowerCase() === "basic"
      ? (Buffer.from(credentials, "base64").toString().split(":")[0] ?? "")
      : scheme.toLowerCase() === "bearer"
        ? credentials
        : "";
  if (key === "") {
    throw ApiError.unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (!/^(sk|rk)_test_\w+$/.test(key)) {
    throw ApiError.unauthorized(
      `Invalid API Key provided: ${key.slice(0, 8)}***. The local Stripe takes any key that begins with sk_test_ or rk_test_.`,
    );
  }
}

function checkVersion(version: string): void {
  if (/^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/.test(version)) return;
  throw ApiError.invalid(`Invalid Stripe API version: ${version}`);
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
