import type { ApiVersion, Stripe } from "@/lib/stripe";
import { HANDLED_EVENTS, isHandled } from "../webhook/events";
import { differing, type SetupStep } from "./step";

/** What to tell beside the changes. */
export type Notes = { secret: string | null; notes: string[] };

/**
 * The webhook endpoint: exactly the handled types, in the SDK's API version. An endpoint keeps the version and the secret
 * it was made with, so another version is a new endpoint beside the old one: events that come twice are applied once.
 * https://docs.stripe.com/webhooks/versioning
 */
export async function planEndpoint(
  api: Stripe,
  { url, version, told }: { url: string; version: ApiVersion; told: Notes },
): Promise<SetupStep[]> {
  const all = await api.webhookEndpoints.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 });
  const ours = all.filter((endpoint) => endpoint.url === url);
  const current = ours.find((endpoint) => endpoint.api_version === version);
  const events = Object.keys(HANDLED_EVENTS).filter(isHandled);
  for (const { id, api_version, status } of ours)
    if (id !== current?.id && status === "enabled")
      told.notes.push(
        `${id} sends to ${url} too, in version ${api_version ?? "of the account"}. Once the new secret is in the ` +
          "environment, disable it: https://dashboard.stripe.com/webhooks",
      );
  if (!current) {
    const apply = async () => {
      const made = await api.webhookEndpoints.create({ url, enabled_events: events, api_version: version });
      told.secret = made.secret ?? null;
    };
    return [{ words: `+ webhook endpoint ${url}, ${events.length} types, ${version}`, apply }];
  }
  const fields = differing({ enabled_events: events, status: "enabled" }, current);
  if (fields.length === 0) return [];
  const apply = () => api.webhookEndpoints.update(current.id, { enabled_events: events, disabled: false });
  return [{ words: `~ webhook endpoint ${current.id}: ${fields.join(", ")}`, apply }];
}
