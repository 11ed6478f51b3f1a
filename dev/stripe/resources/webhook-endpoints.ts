import type Stripe from "stripe";
import * as z from "zod";
import type { Account } from "../account.ts";
import { deleted, endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import {
  defined,
  flag,
  list,
  mergeMetadata,
  metadata,
  paging,
  params,
  text,
  unsettable,
} from "../http/params.ts";
import { isVersion } from "../http/versions.ts";
import { newId } from "../ids.ts";

const events = list(text.regex(/^(\*|[a-z0-9_]+(\.[a-z0-9_]+)+)$/, "must be * or the name of an event")).pipe(
  z.array(z.string()).min(1, "must not be empty"),
);

const version = text.refine(isVersion, "must be a version of Stripe's API");

/** How many endpoints a sandbox can have. */
const MOST = 16;

/** https://docs.stripe.com/api/webhook_endpoints */
export const webhookEndpoints = [
  endpoint(
    "POST",
    "/v1/webhook_endpoints",
    params<Stripe.WebhookEndpointCreateParams>()({
      api_version: version.optional(),
      description: unsettable(text).optional(),
      enabled_events: events,
      metadata: metadata.optional(),
      url: text,
    }),
    ({ account, params }) => {
      const secret = newSecret(account);
      return { ...createEndpoint(account, params, secret), secret };
    },
  ),

  endpoint(
    "POST",
    "/v1/webhook_endpoints/:id",
    params<Stripe.WebhookEndpointUpdateParams>()({
      description: unsettable(text).optional(),
      disabled: flag.optional(),
      enabled_events: events.optional(),
      metadata: metadata.optional(),
      url: text.optional(),
    }),
    ({ account, id, params }) => {
      const before = found(account, "webhook_endpoint", id);
      const { disabled, metadata, ...given } = params;
      if (given.url !== undefined) checkUrl(given.url);
      return account.change(
        "webhook_endpoint",
        before,
        {
          ...defined(given),
          ...(disabled === undefined ? {} : { status: disabled ? "disabled" : "enabled" }),
          metadata: mergeMetadata(before.metadata, metadata),
        },
        null,
      );
    },
  ),

  endpoint(
    "GET",
    "/v1/webhook_endpoints/:id",
    params<Stripe.WebhookEndpointRetrieveParams>()({}),
    ({ account, id }) => found(account, "webhook_endpoint", id),
  ),

  endpoint(
    "DELETE",
    "/v1/webhook_endpoints/:id",
    params<Stripe.WebhookEndpointDeleteParams>()({}),
    ({ account, id }) => {
      found(account, "webhook_endpoint", id);
      account.store.remove("webhook_endpoint", id);
      return deleted("webhook_endpoint", id);
    },
  ),

  endpoint(
    "GET",
    "/v1/webhook_endpoints",
    params<Stripe.WebhookEndpointListParams>()({ ...paging }),
    (call) => page(call, call.account.store.all("webhook_endpoint"), call.params),
  ),
];

type Given = {
  url: string;
  enabled_events: string[];
  api_version?: string | undefined;
  description?: string | null | undefined;
  metadata?: Record<string, string> | null | undefined;
};

/** @throws ApiError if there are too many, or the URL is none */
export function createEndpoint(account: Account, given: Given, secret: string): Stripe.WebhookEndpoint {
  checkUrl(given.url);
  if (account.store.count("webhook_endpoint") >= MOST) {
    throw ApiError.invalid(`You have reached the maximum of ${MOST} test webhook endpoints.`);
  }
  const id = account.newId("webhook_endpoint");
  account.store.note(id, { secrets: [{ secret, until: null }] });
  return account.create(
    "webhook_endpoint",
    {
      id,
      object: "webhook_endpoint",
      api_version: given.api_version ?? null,
      application: null,
      created: account.realNow(),
      description: given.description ?? null,
      enabled_events: given.enabled_events,
      livemode: false,
      metadata: mergeMetadata({}, given.metadata),
      status: "enabled",
      url: given.url,
    },
    null,
  );
}

/** What signs its deliveries now: two secrets while one is being rolled. */
export function secretsOf(account: Account, endpoint: string): string[] {
  const now = account.realNow();
  return (account.store.notes(endpoint).secrets ?? [])
    .filter(({ until }) => until === null || until > now)
    .map(({ secret }) => secret);
}

/**
 * Gives an endpoint a new secret. The older ones go on signing for so long.
 * https://docs.stripe.com/webhooks#roll-endpoint-secrets
 * @param expiresIn seconds, a day at the most; 0 for at once
 */
export function rollSecret(account: Account, endpoint: string, expiresIn: number): string {
  const secret = newSecret(account);
  const until = account.realNow() + expiresIn;
  const older = secretsOf(account, endpoint).map((secret) => ({ secret, until }));
  account.store.note(endpoint, { secrets: [{ secret, until: null }, ...older] });
  return secret;
}

export const newSecret = (account: Account) => newId(account.chance, "whsec", 32);

function checkUrl(url: string): void {
  if (URL.canParse(url) && /^https?:/.test(url)) return;
  throw ApiError.invalid("Invalid URL: An explicit scheme (such as https) must be provided.", {
    param: "url",
    code: "url_invalid",
  });
}
