import type Stripe from "stripe";
import { changeCoupon, closeCodes } from "../engine/coupons.ts";
import { keepCoupon } from "../engine/discounts.ts";
import { deleted, endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import {
  between,
  decimal,
  defined,
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
  timestamp,
  unsettable,
} from "../http/params.ts";
import { inFuture, newCode } from "./coupon-params.ts";

const create = params<Stripe.CouponCreateParams>()({
  amount_off: between(1, 99_999_999).optional(),
  applies_to: hash({ products: list(text).optional() }).optional(),
  currency: text.optional(),
  duration: oneOf("forever", "once", "repeating").optional(),
  duration_in_months: between(1, 999).optional(),
  id: text.optional(),
  max_redemptions: between(1, 2_147_483_647).optional(),
  metadata: metadata.optional(),
  name: text.max(40).optional(),
  percent_off: decimal.transform(Number).optional(),
  redeem_by: timestamp.optional(),
});

const update = params<Stripe.CouponUpdateParams>()({
  metadata: metadata.optional(),
  name: unsettable(text.max(40)).optional(),
});

/** https://docs.stripe.com/api/coupons */
export const coupons = [
  endpoint("POST", "/v1/coupons", create, ({ account, params }) => {
    check(params);
    const now = account.now();
    if (params.redeem_by !== undefined) inFuture(params.redeem_by, now, "redeem_by");
    const { id = newCode(account), amount_off = null, applies_to } = params;
    if (account.store.get("coupon", id)) {
      throw ApiError.invalid("Coupon already exists.", { param: "id", code: "resource_already_exists" });
    }
    for (const product of applies_to?.products ?? [])
      found(account, "product", product, "applies_to[products]");
    return account.create(
      "coupon",
      {
        id,
        object: "coupon",
        amount_off,
        ...(applies_to?.products ? { applies_to: { products: applies_to.products } } : {}),
        created: now,
        currency: amount_off === null ? null : (params.currency?.toLowerCase() ?? null),
        duration: params.duration ?? "once",
        duration_in_months: params.duration_in_months ?? null,
        livemode: false,
        max_redemptions: params.max_redemptions ?? null,
        metadata: mergeMetadata({}, params.metadata),
        name: params.name ?? null,
        percent_off: params.percent_off ?? null,
        redeem_by: params.redeem_by ?? null,
        times_redeemed: 0,
        valid: true,
      },
      "coupon.created",
    );
  }),

  endpoint("POST", "/v1/coupons/:id", update, ({ account, id, params: { metadata, ...given } }) => {
    const before = found(account, "coupon", id);
    const merged = mergeMetadata(before.metadata ?? {}, metadata);
    return changeCoupon(account, before, { ...defined(given), metadata: merged });
  }),

  endpoint("GET", "/v1/coupons/:id", params<Stripe.CouponRetrieveParams>()({}), ({ account, id }) =>
    found(account, "coupon", id),
  ),

  endpoint("DELETE", "/v1/coupons/:id", params<Stripe.CouponDeleteParams>()({}), ({ account, id }) => {
    const coupon = found(account, "coupon", id);
    keepCoupon(account, coupon);
    closeCodes(account, coupon);
    account.store.remove("coupon", id, { gone: true });
    account.emit("coupon.deleted", coupon);
    return deleted("coupon", id);
  }),

  endpoint(
    "GET",
    "/v1/coupons",
    params<Stripe.CouponListParams>()({ ...paging, created: range.optional() }),
    (call) => {
      const all = call.account.store.all("coupon");
      const wanted = all.filter(({ created }) => isWithin(created, call.params.created));
      return page(call, wanted, call.params);
    },
  ),
];

type Given = {
  amount_off?: number | undefined;
  currency?: string | undefined;
  duration?: string | undefined;
  duration_in_months?: number | undefined;
  percent_off?: number | undefined;
};

/** @throws ApiError for what does not go together */
function check({ amount_off, currency, duration, duration_in_months, percent_off }: Given): void {
  if (amount_off !== undefined && percent_off !== undefined) {
    throw ApiError.invalid("Received both percent_off and amount_off parameters. Please pass in only one.");
  }
  if (amount_off === undefined && percent_off === undefined) {
    throw missing("percent_off");
  }
  if (percent_off !== undefined && (percent_off <= 0 || percent_off > 100)) {
    throw ApiError.invalid("Invalid percent_off: must be greater than 0 and at most 100.", {
      param: "percent_off",
    });
  }
  if (amount_off !== undefined && currency === undefined) throw missing("currency");
  if (duration === "repeating" && duration_in_months === undefined) throw missing("duration_in_months");
  if (duration !== "repeating" && duration_in_months !== undefined) {
    throw ApiError.invalid("You may only set `duration_in_months` if `duration` is `repeating`.", {
      param: "duration_in_months",
    });
  }
}

const missing = (param: string) =>
  ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });
