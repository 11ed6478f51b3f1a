import { afterAll, beforeAll, beforeEach } from "vitest";
import { type LocalStripe, startLocalStripe } from "@/dev/stripe/server";

type TestStripe = Pick<LocalStripe, "requests" | "failWith" | "delayMs"> & {
  /** Makes an object what Stripe's API answers with from now on; `says` is for an answer that is another object. */
  put(object: object, says?: object): void;
};

/**
 * A Stripe of the file's own: a real HTTP server that the app's real client talks to, empty before each test. Call it
 * after useDatabase, for both set what lib/env.ts reads once.
 */
export function useStripe(): { readonly api: TestStripe; readonly local: LocalStripe } {
  let server: LocalStripe | undefined;
  let known: { id: string; object: string }[] = [];
  const running = () => {
    if (!server) throw new Error("The local Stripe runs from beforeAll on.");
    return server;
  };
  const api: TestStripe = {
    get requests() {
      return running().requests;
    },
    get delayMs() {
      return running().delayMs;
    },
    set delayMs(ms) {
      running().delayMs = ms;
    },
    failWith: (status) => running().failWith(status),
    put(object, says = object) {
      if (!("id" in object && "object" in object))
        throw new Error("An object of Stripe's has an id and a kind.");
      const named = { ...object, id: String(object.id), object: String(object.object) };
      known.push(named);
      running().put(named);
      Object.assign(named, says);
    },
  };

  beforeAll(async () => {
    server = await startLocalStripe();
    process.env.STRIPE_API_BASE = server.url;
  });
  beforeEach(() => {
    for (const { object, id } of known) running().remove(object, id);
    known = [];
    running().requests.length = 0;
    running().delayMs = 0;
    running().failWith(null);
  });
  afterAll(() => server?.close());
  return {
    api,
    get local() {
      return running();
    },
  };
}
