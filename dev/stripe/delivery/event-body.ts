import type { Account } from "../account.ts";
import type { EventRecord } from "../events.ts";
import { present } from "../http/present.ts";
import { previousInVersion } from "../http/versions.ts";

/**
 * An event as it goes over the wire. https://docs.stripe.com/api/events/object
 * @param version the API version that its object is dressed in: the endpoint's, or the account's for `GET /v1/events`
 */
export function eventBody(account: Account, event: EventRecord, version: string): object {
  const { id, type, created, object, previous, request } = event;
  return {
    id,
    object: "event",
    api_version: version,
    created,
    data: {
      object: present(account, object, { version }),
      ...(previous ? { previous_attributes: previousInVersion(account, object, previous, version) } : {}),
    },
    livemode: false,
    pending_webhooks: account.outbox.of(id).length,
    request,
    type,
  };
}
