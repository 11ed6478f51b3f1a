import { createServer } from "node:http";
import { Readable } from "node:stream";
import { POST as receive } from "@/app/api/webhooks/stripe/route";
import { drainDue } from "@/lib/billing/webhook/drain";

/** The webhook's route, and the drain by itself, as a process that a test can kill. Prints its port once it listens. */
const server = createServer(async (incoming, outgoing) => {
  if (incoming.method !== "POST") {
    const isDrained = await drainDue().then(
      () => true,
      () => false,
    );
    return void outgoing.writeHead(isDrained ? 200 : 503).end();
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
