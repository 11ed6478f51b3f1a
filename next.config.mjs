/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  typedRoutes: true,
  reactStrictMode: true,
  // Stripe does not follow redirects: /api/webhooks/stripe/ must answer, not point elsewhere.
  skipTrailingSlashRedirect: true,
};

export default config;
