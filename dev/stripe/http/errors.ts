/** Why a request fails, in Stripe's words. https://docs.stripe.com/api/errors */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  readonly body: { error: ErrorBody };

  constructor(status: number, error: ErrorBody) {
    super(error.message);
    this.status = status;
    this.body = { error };
  }

  /** 400: a parameter is wrong, or the object is in no state for it. */
  static invalid(message: string, { param, code }: { param?: string; code?: string } = {}): ApiError {
    return new ApiError(400, {
      type: "invalid_request_error",
      ...(code ? { code, doc_url: documentation(code) } : {}),
      message,
      ...(param ? { param } : {}),
    });
  }

  /** 404 where the id stands in the path, 400 where a parameter names it; Stripe does so too. */
  static noSuch(what: string, id: string, param = "id"): ApiError {
    return new ApiError(param === "id" ? 404 : 400, {
      type: "invalid_request_error",
      code: "resource_missing",
      doc_url: documentation("resource_missing"),
      message: `No such ${what}: '${id}'`,
      param,
    });
  }

  /** 402: the card said no, or asks for its owner. */
  static card(code: string, message: string, more: Partial<ErrorBody> = {}): ApiError {
    return new ApiError(402, { type: "card_error", code, doc_url: documentation(code), message, ...more });
  }

  static unauthorized(message: string): ApiError {
    return new ApiError(401, { type: "invalid_request_error", message });
  }

  static noSuchPath(method: string, path: string): ApiError {
    return new ApiError(404, {
      type: "invalid_request_error",
      message: `Unrecognized request URL (${method}: ${path}). The local Stripe speaks the part of the API that billing needs.`,
    });
  }
}

export type ErrorBody = {
  type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error" | "rate_limit_error";
  code?: string;
  decline_code?: string;
  doc_url?: string;
  message: string;
  param?: string;
  payment_intent?: object;
  payment_method?: object;
  setup_intent?: object;
  request_log_url?: string;
};

const documentation = (code: string) => `https://docs.stripe.com/error-codes/${code.replaceAll("_", "-")}`;
