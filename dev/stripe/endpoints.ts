import type { Endpoint } from "./http/endpoint.ts";
import { customers } from "./resources/customers.ts";

const parts = ({ path }: Endpoint) => path.split(":").length;

/**
 * All of the API that the local Stripe speaks. A path without `:id` comes before one with, so that
 * `/v1/invoices/create_preview` is no invoice.
 */
export const endpoints: Endpoint[] = [...customers].sort((one, other) => parts(one) - parts(other));
