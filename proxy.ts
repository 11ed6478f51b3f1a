import { type NextRequest, NextResponse } from "next/server";
import { contentSecurityPolicy } from "./lib/content-security-policy";
import { env, isDevelopment } from "./lib/env";

const STRIPE_PAGES = ["https://checkout.stripe.com", "https://billing.stripe.com"];

/** Gives each page a policy with a nonce of its own. Next reads it from the request and puts it on its scripts. */
export function proxy(request: NextRequest): NextResponse {
  const { STRIPE_API_BASE } = env();
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

/** Pages alone: what answers machines and Stripe's webhook above all, has nothing in front of it. */
export const config = { matcher: ["/((?!api/|_next/|icon.svg|robots.txt).*)"] };
