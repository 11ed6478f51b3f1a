import type Stripe from "stripe";
import type { Account } from "../account.ts";
import { endOf } from "../engine/coupons.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import { ApiError } from "../http/errors.ts";
import {
  between,
  defined,
  flag,
  hash,
  isWithin,
  mergeMetadata,
  metadata,
  oneOf,
  paging,
  params,
  range,
  text,
  timestamp,
} from "../http/params.ts";
import { idOf } from "../store.ts";
import { inFuture, newCode } from "./coupon-params.ts";

const code = text.max(500).regex(/^[a-z\d_-]+$/i, {
  error: ({ input }) =>
    `This value must match the regex pattern. (/\\A[a-zA-Z0-9\\-_]+\\z/ does not match for the value ${String(input)}).`,
});

const create = params<Stripe.PromotionCodeCreateParams>()({
  active: flag.optional(),
  code: code.optional(),
  customer: text.optional(),
  expires_at: timestamp.optional(),
  max_redemptions: between(1, 2_147_483_647).optional(),
  metadata: metadata.optional(),
  promotion: hash({ coupon: text.optional(), type: oneOf("coupon") }),
  restrictions: hash({
    first_time_transaction: flag.optional(),
    minimum_amount: between(1, 99_999_999).optional(),
    minimum_amount_currency: text.optional(),
  }).optional(),
});

const update = params<Stripe.PromotionCodeUpdateParams>()({
  active: flag.optional(),
  metadata: metadata.optional(),
});

/** https://docs.stripe.com/api/promotion_codes. There is no deleting of them. */
export const promotionCodes = [
  endpoint("POST", "/v1/promotion_codes", create, ({ account, params }) => {
    const { promotion, customer = null, expires_at = null, max_redemptions = null } = params;
    if (promotion.coupon === undefined) {
      const message = "You must pass promotion.coupon when passing promotion";
      throw ApiError.invalid(message, { param: "promotion.coupon" });
    }
    const coupon = found(account, "coupon", promotion.coupon, "promotion[coupon]");
    if (customer !== null) found(account, "customer", customer, "customer");
    checkLimits(coupon, { expires_at, max_redemptions });
    const now = account.now();
    if (expires_at !== null) inFuture(expires_at, now, "expires_at");
    const { code = newCode(account), active = true } = params;
    if (active) checkActive(account, { code, customer, coupon });
    return account.create(
      "promotion_code",
      {
        id: account.newId("promotion_code"),
        object: "promotion_code",
        active,
        code,
        created: now,
        customer,
        customer_account: null,
        expires_at,
        livemode: false,
        max_redemptions,
        metadata: mergeMetadata({}, params.metadata),
        promotion: { coupon: coupon.id, type: "coupon" },
        restrictions: restrictionsOf(params.restrictions),
        times_redeemed: 0,
      },
      "promotion_code.created",
    );
  }),

  endpoint("POST", "/v1/promotion_codes/:id", update, ({ account, id, params: { metadata, ...given } }) => {
    const before = found(account, "promotion_code", id);
    if (given.active === true && !before.active) {
      const coupon = found(account, "coupon", idOf(before.promotion.coupon) ?? "", "promotion[coupon]");
      checkActive(account, { code: before.code, customer: idOf(before.customer), coupon });
    }
    const merged = mergeMetadata(before.metadata ?? {}, metadata);
    const changes = { ...defined(given), metadata: merged };
    return account.change("promotion_code", before, changes, "promotion_code.updated");
  }),

  endpoint(
    "GET",
    "/v1/promotion_codes/:id",
    params<Stripe.PromotionCodeRetrieveParams>()({}),
    ({ account, id }) => found(account, "promotion_code", id),
  ),

  endpoint(
    "GET",
    "/v1/promotion_codes",
    params<Stripe.PromotionCodeListParams>()({
      ...paging,
      active: flag.optional(),
      code: text.optional(),
      coupon: text.optional(),
      created: range.optional(),
      customer: text.optional(),
    }),
    (call) => {
      const { active, code, coupon, created, customer } = call.params;
      if (coupon !== undefined) found(call.account, "coupon", coupon, "coupon");
      const all = call.account.store
        .all("promotion_code")
        .filter(
          (one) =>
            isWithin(one.created, created) &&
            (active === undefined || one.active === active) &&
            (code === undefined || isSame(one.code, code)) &&
            (coupon === undefined || idOf(one.promotion.coupon) === coupon) &&
            (customer === undefined || idOf(one.customer) === customer),
        );
      return page(call, all, call.params);
    },
  ),
];

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** A minimum comes with its currency. @throws ApiError for one without the other */
function restrictionsOf({
  first_time_transaction = false,
  minimum_amount,
  minimum_amount_currency,
}: {
  first_time_transaction?: boolean | undefined;
  minimum_amount?: number | undefined;
  minimum_amount_currency?: string | undefined;
} = {}): Stripe.PromotionCode.Restrictions {
  if ((minimum_amount === undefined) !== (minimum_amount_currency === undefined)) {
    const name = minimum_amount === undefined ? "minimum_amount" : "minimum_amount_currency";
    const param = `restrictions[${name}]`;
    throw ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });
  }
  return {
    first_time_transaction,
    minimum_amount: minimum_amount ?? null,
    minimum_amount_currency: minimum_amount_currency?.toLowerCase() ?? null,
  };
}

/** @throws ApiError for a code that would outlive its coupon */
function checkLimits(
  { max_redemptions: most, redeem_by }: Stripe.Coupon,
  { expires_at, max_redemptions }: { expires_at: number | null; max_redemptions: number | null },
): void {
  if (redeem_by !== null && expires_at !== null && expires_at > redeem_by) {
    throw ApiError.invalid("`expires_at` cannot be after the `redeem_by` of the coupon.", {
      param: "expires_at",
    });
  }
  if (most !== null && max_redemptions !== null && max_redemptions > most) {
    throw ApiError.invalid("`max_redemptions` cannot be greater than the `max_redemptions` of the coupon.", {
      param: "max_redemptions",
    });
  }
}

/** @throws ApiError for a code that is in use, or whose coupon is over */
function checkActive(
  account: Account,
  { code, customer, coupon }: { code: string; customer: string | null; coupon: Stripe.Coupon },
): void {
  const end = endOf(coupon, account.now());
  if (end) {
    throw ApiError.invalid(`Coupon ${coupon.id} is ${end} and cannot be applied.`, {
      code: "coupon_expired",
    });
  }
  const isTaken = account.store
    .all("promotion_code")
    .some((one) => one.active && isSame(one.code, code) && idOf(one.customer) === customer);
  if (isTaken) throw ApiError.invalid(`An active promotion code with \`code: ${code}\` already exists.`);
}
