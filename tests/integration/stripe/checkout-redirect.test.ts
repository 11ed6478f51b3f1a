import { createServer, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { card, GOOD, submit } from "./pages-support";
import { useLocalStripe } from "./support";

const it = useLocalStripe();
let server: Server | undefined;

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** `Promise.withResolvers`, which Node 20 has not. */
function openPromise() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** An endpoint that takes its time: it answers when it is told to. */
async function slowEndpoint(): Promise<{ asked: Promise<void>; answer: () => void }> {
  const asked = openPromise();
  const answered = openPromise();
  server = createServer(async (_, response) => {
    asked.resolve();
    await answered.promise;
    response.end();
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const enabled_events = ["checkout.session.completed" as const];
  await it.stripe.webhookEndpoints.create({ url: `http://127.0.0.1:${port}/`, enabled_events });
  return { asked: asked.promise, answer: answered.resolve };
}

test("the customer goes back to the app once the app has answered to the payment, not before", async () => {
  const endpoint = await slowEndpoint();
  const { url } = await it.stripe.checkout.sessions.create({
    mode: "setup",
    currency: "usd",
    success_url: "http://127.0.0.1:3000/done",
  });
  const order: string[] = [];
  const redirect = submit(url ?? "", card(GOOD, { email: "ada@example.com" })).then((seen) => {
    order.push("redirected");
    return seen;
  });
  await endpoint.asked;
  await it.stripe.customers.list(); // meanwhile others are served
  order.push("answered");
  endpoint.answer();
  expect(await redirect).toMatchObject({ status: 303, to: "http://127.0.0.1:3000/done" });
  expect(order).toEqual(["answered", "redirected"]);
});
