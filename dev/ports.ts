import { createServer } from "node:net";

/**
 * The first port that nobody listens on, from `preferred` upwards.
 * @throws Error after 50 taken ports in a row
 */
export async function freePort(preferred: number): Promise<number> {
  for (let port = preferred; port < preferred + 50; port++) {
    // All of ours listens on 127.0.0.1. Whoever has the port on another address would answer where localhost means that one.
    if ((await canListen(port, "127.0.0.1")) && (await canListen(port))) return port;
  }
  throw new Error(
    `Every port from ${preferred} to ${preferred + 49} is in use. Stop something and try again.`,
  );
}

/** A port that the system picks, so that runs at the same time do not meet. */
export async function anyPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
}

function canListen(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, ...(host ? { host } : {}) }, () => server.close(() => resolve(true)));
  });
}
