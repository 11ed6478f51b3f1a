/** Answers are what they say they are, are framed by nobody, and tell other sites no more than our origin. */
const HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "Strict-Transport-Security", value: "max-age=31536000" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=(), payment=()" },
];

/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  typedRoutes: true,
  reactStrictMode: true,
  // For a container: everything that runs, and nothing else, in .next/standalone.
  ...(process.env.BUILD_STANDALONE ? { output: "standalone" } : {}),
  // Stripe does not follow redirects: /api/webhooks/stripe/ must answer, not point elsewhere.
  skipTrailingSlashRedirect: true,
  // Of a body that a page is sent Next keeps a second copy for the proxy, up to 10 MB where no length is declared. Above 1 MiB,
  // which proxy.ts and the actions refuse, so that nothing is taken for whole that was cut off.
  experimental: { proxyClientMaxBodySize: 1_100_000 },
  headers: async () => [{ source: "/:path*", headers: HEADERS }],
};

export default config;
