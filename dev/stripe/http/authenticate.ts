import { ApiError } from "./errors.ts";

/**
 * Reads the key of a request, as Bearer or as the user of Basic. Any test key will do; a live one has no business here.
 * https://docs.stripe.com/api/authentication
 * @throws ApiError 401
 */
export function authenticate(header: string | undefined): void {
  const key = readKey(header);
  if (key === "") {
    throw ApiError.unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://docs.stripe.com/api#authentication for details.",
    );
  }
  if (/^pk_/.test(key)) {
    throw ApiError.unauthorized(
      "This API call cannot be made with a publishable API key. Please use a secret API key: here, any that begins with sk_test_.",
      "secret_key_required",
    );
  }
  if (!/^(sk|rk)_test_\w+$/.test(key)) {
    throw ApiError.unauthorized(
      `Invalid API Key provided: ${masked(key)}. The local Stripe takes any key that begins with sk_test_ or rk_test_.`,
    );
  }
}

function readKey(header = ""): string {
  const [, scheme = "", credentials = ""] = /^(\w+) +(\S+)$/.exec(header.trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return credentials;
    case "basic":
      return Buffer.from(credentials, "base64").toString().split(":")[0] ?? "";
    default:
      return "";
  }
}

const masked = (key: string) =>
  `${key.slice(0, 8)}${"*".repeat(Math.min(Math.max(key.length - 12, 0), 20))}${key.length > 12 ? key.slice(-4) : "***"}`;
