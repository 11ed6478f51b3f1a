import fc from "fast-check";
import Stripe from "stripe";
import { DEEDS, type DeedName, NothingToDo } from "./deeds";
import { REFUSALS } from "./refusals";
import type { Person } from "./shop";

const deed = (...names: DeedName[]) => fc.record({ what: fc.constantFrom(...names), pick: fc.nat(99) });

const anything = fc.oneof(
  { weight: 4, arbitrary: deed("subscribe", "checkOut", "checkOutByDebit", "tryFree", "planBeginning") },
  {
    weight: 9,
    arbitrary: deed(
      ...([
        "changePlan",
        "changeQuantity",
        "upgrade",
        "note",
        "changeCard",
        "addItem",
        "removeItem",
      ] as const),
      ...(["plan", "dropPlan", "pause", "pauseBills", "endTrial"] as const),
    ),
  },
  { weight: 6, arbitrary: deed("pay", "payUp", "giveUp", "finalize", "billOnce", "credit") },
  { weight: 4, arbitrary: deed("endNow", "endLater", "endOn", "revive", "rename") },
  { weight: 2, arbitrary: deed("leave", "startOver", "changeCatalogue", "changeAddOn", "changeFeatures") },
);

/** What happens in one go, within a moment: mostly one deed, sometimes a burst. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.array(anything, { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(anything, { minLength: 2, maxLength: 4 }) },
);

/** A customer's life: it begins with a subscription, and then anything may follow. */
export const life = fc
  .tuple(deed("subscribe", "checkOut"), fc.array(step, { minLength: 1, maxLength: 3 }))
  .map(([first, steps]) => [[first], ...steps]);

export type Life = readonly (readonly { what: DeedName; pick: number }[])[];

/** What became of a deed. That Stripe refuses it, or that there is nothing to do it to, is a life's way too. */
export type Deed = { what: DeedName; came: "done" | "refused" | "to nothing" };

/** Does one deed. @throws what Stripe does not refuse such a deed with */
export async function act(person: Person, { what, pick }: Life[number][number]): Promise<Deed> {
  try {
    await DEEDS[what](person, pick);
    return { what, came: "done" };
  } catch (error) {
    if (error instanceof NothingToDo) return { what, came: "to nothing" };
    if (isRefusal(what, error)) return { what, came: "refused" };
    throw error;
  }
}

function isRefusal(what: DeedName, error: unknown): boolean {
  if (!(error instanceof Stripe.errors.StripeError)) return false;
  const { type, code, message } = error;
  const said = code === undefined ? message : `${code}: ${message}`;
  const isAboutIt = type === "StripeInvalidRequestError" || type === "StripeCardError";
  return isAboutIt && REFUSALS[what].some((refusal) => refusal.test(said));
}
