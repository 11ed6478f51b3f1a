import Stripe from "stripe";
import { demoCatalogue } from "./catalogue";
import { DAY, type Happening } from "./happening";
import { teamScenes } from "./team-scenes";
import { trialScene } from "./trial-scene";

export type DemoEvent = Happening & Omit<Stripe.Event, "type" | "data" | "created">;

/**
 * The life of a subscription in scenes of a few events each, in the order and with the times Stripe would give them: a
 * yearly plan of three seats is bought; two seats are added and the charge for them fails; it is paid after all; the
 * subscription is cancelled for later, kept, and in the end ended. Beside it, a trial of another plan.
 *
 * All of it happens within an hour or so, that each date on the dashboard makes sense on the day of the start. Another
 * start makes another subscription and other event ids, so the story can be told again to the same database.
 * @returns the events of each scene, by its name
 */
export function demoScenes(start: Date): Record<string, DemoEvent[]> {
  const began = Math.floor(start.getTime() / 1000);
  const stamp = began.toString(36);
  const scenes = {
    catalogue: catalogueScene(began - 30 * DAY),
    ...teamScenes(began, stamp),
    trial: trialScene(began, stamp),
  };
  return Object.fromEntries(
    Object.entries(scenes).map(([name, happenings]) => [
      name,
      happenings.map((happening, index) => enveloped(happening, `evt_demo_${stamp}_${name}_${index + 1}`)),
    ]),
  );
}

function catalogueScene(created: number): Happening[] {
  const { products, prices } = demoCatalogue(created);
  return [
    ...products.map((object) => ({ type: "product.created", data: { object }, created }) as const),
    ...prices.map((object) => ({ type: "price.created", data: { object }, created: created + 1 }) as const),
  ];
}

function enveloped(happening: Happening, id: string): DemoEvent {
  return {
    id,
    object: "event",
    api_version: Stripe.API_VERSION,
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    ...happening,
  };
}
