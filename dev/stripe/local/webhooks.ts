import type Stripe from "stripe";
import type { Account } from "../account.ts";
import type { WebhookOption } from "../options.ts";
import { createEndpoint, newSecret, secretsOf } from "../resources/webhook-endpoints.ts";

/**
 * Makes the endpoint that an option asks for, or takes over the one of the same URL that a restart has brought back.
 * @returns the endpoint with the secret that signs
 */
export function setUpEndpoint(
  account: Account,
  option: WebhookOption,
): Stripe.WebhookEndpoint & { secret: string } {
  const { url, events, apiVersion } = option;
  const known = account.store.all("webhook_endpoint").find((endpoint) => endpoint.url === url);
  if (!known) {
    const secret = option.secret ?? newSecret(account);
    const given = { url, enabled_events: events ?? ["*"], api_version: apiVersion };
    return { ...createEndpoint(account, given, secret), secret };
  }
  const secret = option.secret ?? secretsOf(account, known.id)[0] ?? newSecret(account);
  if (!secretsOf(account, known.id).includes(secret))
    account.store.note(known.id, { secrets: [{ secret, until: null }] });
  const endpoint = account.change(
    "webhook_endpoint",
    known,
    {
      status: "enabled",
      ...(events ? { enabled_events: events } : {}),
      ...(apiVersion ? { api_version: apiVersion } : {}),
    },
    null,
  );
  return { ...endpoint, secret };
}
