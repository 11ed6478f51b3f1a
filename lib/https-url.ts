/**
 * An address that is safe to put into a link, or null. Ours come from signed events, and are checked all the same. The
 * local Stripe's pages are on this machine, without TLS.
 */
export function httpsUrl(url: string | null): string | null {
  if (!url || !URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && hostname === "127.0.0.1") ? url : null;
}
