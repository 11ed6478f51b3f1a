import { connect, type Socket } from "node:net";

/** What came of a load: how many were answered and how, and how long each answer took. */
export type Load = {
  answers: ReadonlyMap<number, number>;
  seconds: number;
  /** Milliseconds, the shortest first. */
  latencies: Float64Array;
};

/** A request as bytes, made before the clock runs. */
export function requestOf(url: URL, body: string, headers: Record<string, string>): Buffer {
  const lines = Object.entries({
    host: url.host,
    accept: "*/*; q=0.5, application/xml",
    "cache-control": "no-cache",
    "content-type": "application/json; charset=utf-8",
    "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/**
 * Sends requests over connections that stay open, each the next as soon as it has its answer, until the time or the
 * requests are up. On bare sockets, for the load must not cost what is measured: a tenth of what Next needs.
 */
export async function press(
  url: URL,
  requests: readonly Buffer[],
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Load> {
  const answers = new Map<number, number>();
  const latencies: number[] = [];
  let next = 0;
  const sockets = await Promise.all(
    Array.from({ length: connections }, () => open(Number(url.port), url.hostname)),
  );
  const begunAt = performance.now();
  const worker = async (socket: Socket) => {
    while (performance.now() - begunAt < seconds * 1000) {
      const request = requests[next++];
      if (!request) break;
      const sentAt = performance.now();
      const status = await ask(socket, request);
      latencies.push(performance.now() - sentAt);
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
    socket.destroy();
  };
  await Promise.all(sockets.map(worker));
  return {
    answers,
    seconds: (performance.now() - begunAt) / 1000,
    latencies: Float64Array.from(latencies).sort(),
  };
}

function open(port: number, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });
}

function ask(socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = "";
    const done = (settle: () => void) => {
      socket.removeListener("data", read);
      socket.removeListener("close", broke);
      settle();
    };
    const broke = () => done(() => reject(new Error(`The server closed the connection after: ${text}`)));
    const read = (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (isWhole(text)) done(() => resolve(Number(text.slice(9, 12))));
    };
    socket.on("data", read);
    socket.once("close", broke);
    socket.write(request);
  });
}

function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return length === undefined ? text.endsWith("0\r\n\r\n") : text.length >= end + 4 + Number(length);
}
