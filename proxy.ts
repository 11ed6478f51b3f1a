import { type NextRequest, NextResponse } from "next/server";
import { MAX_BODY_BYTES } from "./lib/body";
import { contentSecurityPolicy } from "./lib/content-security-policy";
import { env, isDevelopment } from "./lib/env";

const STRIPE_PAGES = ["https://checkout.stripe.com", "https://billing.stripe.com"];

/**
 * Gives each page a policy with a nonce of its own. Next reads it from the request and puts it on its scripts. What another
 * site's page sends, and too much of anything, is answered here: Next would refuse it too, but as a fault of ours.
 */
export function proxy(request: NextRequest): NextResponse {
  const { STRIPE_API_BASE, APP_URL } = env();
  const origin = request.headers.get("origin");
  if (request.method === "POST" && origin !== null && origin !== APP_URL)
    return new NextResponse(`This was sent by another site than ${APP_URL}.`, { status: 403 });
  if (Number(request.headers.get("content-length")) > MAX_BODY_BYTES)
    return new NextResponse("This is too much to send.", { status: 413 });
  const policy = contentSecurityPolicy({
    nonce: crypto.randomUUID().replaceAll("-", ""),
    stripe: STRIPE_API_BASE ? [...STRIPE_PAGES, new URL(STRIPE_API_BASE).origin] : STRIPE_PAGES,
    isDevelopment: isDevelopment(),
  });
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

/**
 * Pages alone, and all of them, the one for what is not there too: what answers machines, and Stripe's webhook above all, has
 * nothing in front of it.
 */
export const config = {
  matcher: ["/((?!api/|_next/static/|_next/image$|icon\\.svg$|robots\\.txt$).*)"],
};
