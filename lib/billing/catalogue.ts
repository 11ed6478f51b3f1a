import { deletable, mirror } from "./mirror";
import { amount, flag, metadata, smallInteger, storedText, storedTexts, text, time } from "./read";
import { priceFromStripe, productFromStripe } from "./subscription/from-stripe";

/**
 * A product may be made again under an id of one's own choosing, so not even deletion is final. Which of a deletion and
 * another event of its second came last is for Stripe to say.
 */
const catalogueLife = { ...deletable, isFinal: () => false, stage: () => [] };

/** The products table. Nothing else writes it. */
export const products = mirror<ReturnType<typeof productFromStripe>>({
  kind: "product",
  ...catalogueLife,
  table: { name: "products" },
  columns: {
    id: storedText,
    name: storedText,
    description: text,
    active: (stored) => (typeof stored === "boolean" ? stored : null),
    features: storedTexts,
    metadata,
    livemode: flag,
    deletedAt: time,
  },
  fromStripe: productFromStripe,
  retrieve: (api, id, options) => api.products.retrieve(id, {}, options),
});

/** The prices table. Nothing else writes it. */
export const prices = mirror<ReturnType<typeof priceFromStripe>>({
  kind: "price",
  ...catalogueLife,
  table: { name: "prices" },
  columns: {
    id: storedText,
    productId: text,
    active: flag,
    currency: storedText,
    unitAmount: amount,
    type: text,
    interval: text,
    intervalCount: smallInteger,
    usageType: text,
    lookupKey: text,
    livemode: flag,
    deletedAt: time,
  },
  fromStripe: priceFromStripe,
  retrieve: (api, id, options) => api.prices.retrieve(id, {}, options),
});
