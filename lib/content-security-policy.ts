/**
 * What a page may load and do: scripts of ours alone, each with the nonce of its response, and those that they load.
 * https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
 * @param nonce never used twice
 * @param stripe where forms may lead besides here: a purchase goes on at Stripe's hosted pages
 */
export function contentSecurityPolicy({
  nonce,
  stripe,
  isDevelopment,
}: {
  nonce: string;
  stripe: readonly string[];
  isDevelopment: boolean;
}): string {
  const directives = {
    "default-src": ["'self'"],
    // React explains errors with eval in development, and only there.
    "script-src": [`'nonce-${nonce}'`, "'strict-dynamic'", ...(isDevelopment ? ["'unsafe-eval'"] : [])],
    // Next's tools in development bring styles without a nonce, and beside a nonce 'unsafe-inline' counts for nothing.
    "style-src": ["'self'", isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`],
    // A width that comes from data, such as the period's bar, is an attribute. No selector can be written there.
    "style-src-attr": ["'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'", ...(isDevelopment ? ["ws:"] : [])],
    "form-action": ["'self'", ...stripe],
    "frame-ancestors": ["'none'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(" ")}`)
    .join("; ");
}
