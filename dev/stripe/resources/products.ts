import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { createPrice } from "../engine/prices.ts";
import { changeProduct, createProduct } from "../engine/products.ts";
import { deleted, endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import {
  between,
  decimal,
  defined,
  flag,
  hash,
  isWithin,
  list,
  mergeMetadata,
  metadata,
  oneOf,
  paging,
  params,
  range,
  text,
  unsettable,
} from "../http/params.ts";
import { idOf } from "../store.ts";

/** Up to eight pictures, and fifteen lines for a table of prices. */
const images = unsettable(list(text));
const marketingFeatures = unsettable(list(hash({ name: text.max(80) })));

const size = decimal.transform(Number);
const dimensions = unsettable(hash({ height: size, length: size, weight: size, width: size }));

const fields = {
  active: flag.optional(),
  description: unsettable(text).optional(),
  images: images.optional(),
  marketing_features: marketingFeatures.optional(),
  metadata: metadata.optional(),
  package_dimensions: dimensions.optional(),
  shippable: flag.optional(),
  statement_descriptor: text.max(22).optional(),
  tax_code: unsettable(text).optional(),
  unit_label: unsettable(text).optional(),
  url: unsettable(text).optional(),
};

const create = params<Stripe.ProductCreateParams>()({
  ...fields,
  default_price_data: hash({
    currency: text,
    metadata: metadata.optional(),
    recurring: hash({
      interval: oneOf("day", "month", "week", "year"),
      interval_count: between(1, 1095).optional(),
    }).optional(),
    tax_behavior: oneOf("exclusive", "inclusive", "unspecified").optional(),
    unit_amount: between(0, 99_999_999).optional(),
    unit_amount_decimal: decimal.optional(),
  }).optional(),
  id: text.optional(),
  name: text,
  type: oneOf("good", "service").optional(),
});

const update = params<Stripe.ProductUpdateParams>()({
  ...fields,
  default_price: unsettable(text).optional(),
  name: text.optional(),
});

/** https://docs.stripe.com/api/products */
export const products = [
  endpoint("POST", "/v1/products", create, ({ account, params: { default_price_data, ...draft } }) =>
    account.atomically(() => {
      const product = createProduct(account, draft);
      if (!default_price_data) return product;
      const of = { ...default_price_data, product: product.id };
      const price = createPrice(account, of, "default_price_data");
      return changeProduct(account, product, { default_price: price.id });
    }),
  ),

  endpoint("POST", "/v1/products/:id", update, ({ account, id, params }) => {
    const before = found(account, "product", id);
    const { metadata, images, marketing_features, default_price, ...given } = params;
    if (default_price) checkDefault(account, id, default_price);
    return changeProduct(account, before, {
      ...defined({ ...given, default_price }),
      ...(images === undefined ? {} : { images: images ?? [] }),
      ...(marketing_features === undefined ? {} : { marketing_features: marketing_features ?? [] }),
      metadata: mergeMetadata(before.metadata, metadata),
    });
  }),

  endpoint("GET", "/v1/products/:id", params<Stripe.ProductRetrieveParams>()({}), ({ account, id }) =>
    account.store.isGone("product", id) ? deleted("product", id) : found(account, "product", id),
  ),

  endpoint("DELETE", "/v1/products/:id", params<Stripe.ProductDeleteParams>()({}), ({ account, id }) => {
    const product = found(account, "product", id);
    if (account.store.all("price").some((price) => idOf(price.product) === id)) {
      throw ApiError.invalid(
        "This product cannot be deleted because it has one or more user-created prices.",
      );
    }
    account.store.remove("product", id, { gone: true });
    account.emit("product.deleted", product);
    return deleted("product", id);
  }),

  endpoint(
    "GET",
    "/v1/products",
    params<Stripe.ProductListParams>()({
      ...paging,
      active: flag.optional(),
      created: range.optional(),
      ids: list(text).optional(),
      shippable: flag.optional(),
      type: oneOf("good", "service").optional(),
      url: text.optional(),
    }),
    (call) => {
      const { active, created, ids, shippable, type, url } = call.params;
      const all = call.account.store
        .all("product")
        .filter(
          (product) =>
            isWithin(product.created, created) &&
            (active === undefined || product.active === active) &&
            (ids === undefined || ids.includes(product.id)) &&
            (shippable === undefined || product.shippable === shippable) &&
            (type === undefined || product.type === type) &&
            (url === undefined || product.url === url),
        );
      return page(call, all, call.params);
    },
  ),
];

/** @throws ApiError for a price of another product, or one that is not sold any more */
function checkDefault(account: Account, product: string, id: string): void {
  const price = found(account, "price", id, "default_price");
  if (idOf(price.product) !== product) {
    throw ApiError.invalid(`The price ${id} does not belong to the product ${product}.`, {
      param: "default_price",
    });
  }
  if (price.active) return;
  throw ApiError.invalid("The price specified is inactive. This field only accepts active prices.", {
    param: "default_price",
  });
}
