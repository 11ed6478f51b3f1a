import { createServer } from "node:http";
import { Readable } from "node:stream";
import { POST as receive } from "@/app/api/webhooks/stripe/route";
import { syncSubscription } from "@/lib/billing/subscription/lifecycle";
import { drainDue } from "@/lib/billing/webhook/drain";
import { pool } from "@/lib/pool";

/** Each work by itself, by its path. What is asked for seldom is loaded then: most of these processes live for a second. */
const WORKS: Record<string, (argument: string) => Promise<unknown>> = {
  drain: (ms) => drainDue(ms ? Date.now() + Number(ms) : undefined),
  recover: async () => {
    const { recoverEvents } = await import("@/lib/billing/reconcile/recover");
    return recoverEvents({ deadline: Date.now() + 30_000 });
  },
  sync: syncSubscription,
  /** Takes every connection there is, for as long as a test holds the lock. */
  hold: () =>
    Promise.all(
      Array.from({ length: pool().options.max }, () =>
        pool().query("select pg_advisory_xact_lock_shared(1)"),
      ),
    ),
};

/** The webhook's route, and other works, as a process that a test can kill. Prints its port once it listens. */
const server = createServer(async (incoming, outgoing) => {
  if (incoming.method !== "POST") {
    const [, name = "", argument = ""] = (incoming.url ?? "").split("/");
    const isDone = await WORKS[name]?.(argument).then(
      () => true,
      () => false,
    );
    return void outgoing.writeHead(isDone ? 200 : 503).end();
  }
  const chunks: Buffer[] = [];
  for await (const chunk of Readable.from(incoming)) chunks.push(Buffer.from(chunk));
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const url = `http://localhost${incoming.url}`;
  const response = await receive(new Request(url, { method: "POST", body: Buffer.concat(chunks), headers }));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(await response.text());
});

// A connection that nobody used for five seconds would be closed, and perhaps under the next delivery.
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.stdout.write(`${address.port}\n`);
});
