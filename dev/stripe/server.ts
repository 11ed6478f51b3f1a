import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, failure, found, noKey, noSuchObject, noSuchPath, write } from "./answers";

/** Any object of Stripe's API, as it is on the wire. */
export type StripeObject = { id: string; object: string };

export type LocalStripe = {
  /** Without a slash at the end: for STRIPE_API_BASE. */
  url: string;
  port: number;
  /** Adds an object, or puts it in the place of the one it knows by that id. */
  put(object: StripeObject): void;
  /** Forgets an object: from then on there is none of that id. */
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

/** The parts of the API it speaks: the path's word for each kind of object. */
const KINDS: Record<string, string> = {
  subscriptions: "subscription",
  invoices: "invoice",
  customers: "customer",
  products: "product",
  prices: "price",
};

/**
 * Starts a Stripe that runs here and knows the objects it is given. The real SDK talks to it.
 *
 * `PUT /_local/objects` with one object or an array of them does from another process what `put` does.
 * @param options.port any free one if absent
 */
export async function startLocalStripe(
  options: { port?: number; objects?: Iterable<StripeObject> } = {},
): Promise<LocalStripe> {
  const objects = new Map<string, StripeObject>();
  let failing: number | null = null;
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(asError(error)));
  });
  const local: LocalStripe = {
    url: "",
    port: 0,
    put: (object) => void objects.set(keyOf(object.object, object.id), object),
    remove: (type, id) => void objects.delete(keyOf(type, id)),
    requests: [],
    delayMs: 0,
    retryAfter: null,
    failWith: (status) => {
      failing = status;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
  for (const object of options.objects ?? []) local.put(object);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/_local/objects") {
      write(request, response, await putAll(request, local), null);
      return;
    }
    local.requests.push(`${request.method} ${pathname}`);
    const said = failing === null ? look(objects, request, pathname) : failure(failing);
    if (local.delayMs > 0) await sleep(local.delayMs);
    write(request, response, said, said.status < 400 ? null : local.retryAfter);
  }

  local.port = await listen(server, options.port ?? 0);
  local.url = `http://127.0.0.1:${local.port}`;
  return local;
}

const keyOf = (type: string, id: string) => `${type} ${id}`;

function look(
  objects: ReadonlyMap<string, StripeObject>,
  { method = "GET", headers }: IncomingMessage,
  path: string,
): Answer {
  if (!headers.authorization?.startsWith("Bearer ")) return noKey();
  const [, plural = "", id = ""] = /^\/v1\/(\w+)\/([^/]+)$/.exec(path) ?? [];
  const kind = KINDS[plural];
  if (method !== "GET" || kind === undefined) return noSuchPath(method, path);
  const object = objects.get(keyOf(kind, decodeURIComponent(id)));
  return object ? found(object) : noSuchObject(kind, decodeURIComponent(id));
}

/** The server listens to this machine alone; a web page on it that rebinds its own name to it is kept out here. */
const isLocal = ({ headers }: IncomingMessage) =>
  /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? "");

async function putAll(request: IncomingMessage, local: LocalStripe): Promise<Answer> {
  if (request.method !== "PUT" || !isLocal(request))
    return noSuchPath(request.method ?? "", "/_local/objects");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const given = objectsIn(Buffer.concat(chunks).toString());
  if (!given) return { status: 400, body: { error: "Wanted: an object of Stripe's, or an array of them." } };
  for (const object of given) local.put(object);
  return { status: 200, body: { put: given.length } };
}

function objectsIn(json: string): StripeObject[] | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    return list.every(isStripeObject) ? list : undefined;
  } catch {
    return undefined;
  }
}

function isStripeObject(value: unknown): value is StripeObject {
  if (typeof value !== "object" || value === null) return false;
  return (
    "id" in value && typeof value.id === "string" && "object" in value && typeof value.object === "string"
  );
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
