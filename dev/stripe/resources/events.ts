import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { eventBody } from "../delivery/event-body.ts";
import type { EventRecord } from "../events.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import { flag, isWithin, list, paging, params, range, text } from "../http/params.ts";

const KEPT_S = 30 * 24 * 60 * 60;

const listed = params<Stripe.EventListParams>()({
  ...paging,
  created: range.optional(),
  delivery_success: flag.optional(),
  type: text.optional(),
  types: list(text).optional(),
});

/** Events show their objects in the account's version, whichever the request names. https://docs.stripe.com/api/events */
export const events = [
  endpoint("GET", "/v1/events", listed, (call) => {
    const { account, params } = call;
    const { type, types, created, delivery_success: success } = params;
    if (type !== undefined && types !== undefined) {
      throw ApiError.invalid("You may only specify one of these parameters: type, types.");
    }
    const wanted = matcher(types ?? (type === undefined ? undefined : [type]));
    const oldest = account.realNow() - KEPT_S;
    const records = account.events.filter(
      (event) =>
        event.created > oldest &&
        wanted(event.type) &&
        isWithin(event.created, created) &&
        (success === undefined || success === (account.outbox.of(event.id).length === 0)),
    );
    const { data, ...rest } = page(call, records.reverse(), params);
    return { ...rest, data: data.map((event) => eventBody(account, event, account.apiVersion)) };
  }),

  endpoint("GET", "/v1/events/:id", params<Stripe.EventRetrieveParams>()({}), ({ account, id }) =>
    eventBody(account, foundEvent(account, id), account.apiVersion),
  ),

  // What `stripe events resend` asks for; it stands in no reference.
  endpoint(
    "POST",
    "/v1/events/:id/retry",
    params<{ webhook_endpoint?: string; for_stripecli?: boolean }>()({
      webhook_endpoint: text.optional(),
      for_stripecli: flag.optional(),
    }),
    ({ account, id, params }) => {
      const event = foundEvent(account, id);
      for (const to of receivers(account, event, params.webhook_endpoint)) account.outbox.again(event, to);
      return eventBody(account, event, account.apiVersion);
    },
  ),
];

/** Forgets the events that Stripe would keep no longer. */
export function forgetOldEvents(account: Account): void {
  const oldest = account.realNow() - KEPT_S;
  const kept = account.events.findIndex(({ created }) => created > oldest);
  const old = account.events.splice(0, kept < 0 ? account.events.length : kept);
  for (const { id } of old) account.outbox.expire(id);
}

function foundEvent(account: Account, id: string): EventRecord {
  const event = account.events.findLast((event) => event.id === id);
  if (event && event.created > account.realNow() - KEPT_S) return event;
  throw ApiError.noSuch("event", id);
}

function receivers(account: Account, { type }: EventRecord, only: string | undefined): string[] {
  if (only !== undefined) return [found(account, "webhook_endpoint", only, "webhook_endpoint").id];
  return account.store
    .all("webhook_endpoint")
    .filter(({ status, enabled_events: asked }) => {
      return status === "enabled" && (asked.includes("*") || asked.includes(type));
    })
    .map(({ id }) => id);
}

/** Names of types, of which `customer.*` stands for a group. */
function matcher(names: string[] | undefined): (type: string) => boolean {
  if (!names) return () => true;
  const exact = new Set(names);
  const groups = names.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
  return (type) => exact.has(type) || groups.some((group) => type.startsWith(group));
}
