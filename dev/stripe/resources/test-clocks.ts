import type Stripe from "stripe";
import { createClock, deleteClock, startAdvancing } from "../engine/test-clocks.ts";
import { deleted, endpoint, found, page } from "../http/endpoint.ts";
import { paging, params, text, timestamp } from "../http/params.ts";

const KIND = "test_helpers.test_clock";

/** https://docs.stripe.com/api/test_clocks */
export const testClocks = [
  endpoint(
    "POST",
    "/v1/test_helpers/test_clocks",
    params<Stripe.TestHelpers.TestClockCreateParams>()({ frozen_time: timestamp, name: text.optional() }),
    ({ account, params }) => createClock(account, params.frozen_time, params.name ?? null),
  ),

  endpoint(
    "GET",
    "/v1/test_helpers/test_clocks",
    params<Stripe.TestHelpers.TestClockListParams>()({ ...paging }),
    (call) => page(call, call.account.store.all(KIND), call.params),
  ),

  endpoint(
    "GET",
    "/v1/test_helpers/test_clocks/:id",
    params<Stripe.TestHelpers.TestClockRetrieveParams>()({}),
    ({ account, id }) => (account.store.isGone(KIND, id) ? deleted(KIND, id) : found(account, KIND, id)),
  ),

  endpoint(
    "DELETE",
    "/v1/test_helpers/test_clocks/:id",
    params<Stripe.TestHelpers.TestClockDeleteParams>()({}),
    ({ account, id }) => {
      deleteClock(account, found(account, KIND, id));
      return deleted(KIND, id);
    },
  ),

  endpoint(
    "POST",
    "/v1/test_helpers/test_clocks/:id/advance",
    params<Stripe.TestHelpers.TestClockAdvanceParams>()({ frozen_time: timestamp }),
    ({ account, id, params }) => startAdvancing(account, found(account, KIND, id), params.frozen_time),
  ),
];
