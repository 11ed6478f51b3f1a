import { createServer } from "node:http";

export type StripeApi = {
  url: string;
  /** How many requests came so far. */
  calls: number;
  close(): void;
};

/**
 * Answers `GET` of an object as Stripe's API does, after as long as that takes from a server in a data centre. The local
 * Stripe of dev/ would cost more time than what is measured.
 * @param retrieve the object of an id, as JSON
 */
export async function startStripeApi(
  retrieve: (id: string) => string | undefined,
  delayMs = 150,
): Promise<StripeApi> {
  const server = createServer((request, response) => {
    api.calls += 1;
    const body = retrieve(request.url?.split("?")[0]?.split("/").at(-1) ?? "");
    const missing = JSON.stringify({ error: { type: "invalid_request_error", code: "resource_missing" } });
    setTimeout(() => {
      response.writeHead(body ? 200 : 404, { "content-type": "application/json" });
      response.end(body ?? missing);
    }, delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The API has no port.");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const api = { url: `http://127.0.0.1:${address.port}`, calls: 0, close };
  return api;
}
