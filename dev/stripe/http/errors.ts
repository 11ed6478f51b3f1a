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

  /** 400: parameters that no endpoint of this path has. */
  static unknownParams(names: string[]): ApiError {
    const shown = names.slice(0, 10).map((name) => name.slice(0, 100));
    return ApiError.invalid(`Received unknown parameter${names.length > 1 ? "s" : ""}: ${shown.join(", ")}`, {
      param: shown[0] ?? "",
      code: "parameter_unknown",
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

  static unauthorized(message: string, code?: string): ApiError {
    return new ApiError(401, {
      type: "invalid_request_error",
      ...(code ? { code, doc_url: documentation(code) } : {}),
      message,
    });
  }

  static noSuchPath(method: string, path: string): ApiError {
    const hint = path.endsWith("/")
      ? "If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code."
      : "The local Stripe speaks the part of the API that billing needs.";
    return new ApiError(404, {
      type: "invalid_request_error",
      message: `Unrecognized request URL (${method}: ${path.slice(0, 200)}). ${hint}`,
    });
  }

  /** 400: a body of JSON, for example. */
  static notAForm(): ApiError {
    return ApiError.invalid(
      "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.",
    );
  }

  static tooLong(most: number): ApiError {
    const message = `Request body too large: it can have up to ${most} bytes.`;
    return new ApiError(413, { type: "invalid_request_error", message });
  }

  /** 500: a bug of the local Stripe's. What went wrong stands on its console. */
  static unexpected(requestId: string): ApiError {
    return new ApiError(500, {
      type: "api_error",
      message: `An unknown error occurred; the local Stripe's console says more (request ${requestId}).`,
    });
  }
}

export type ErrorBody = {
  type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error" | "rate_limit_error";
  advice_code?: string;
  charge?: string;
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

export const documentation = (code: string) =>
  `https://docs.stripe.com/error-codes/${code.replaceAll("_", "-")}`;
