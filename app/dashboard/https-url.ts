/** An address that is safe to put into a link, or null. Ours come from signed events, and are checked all the same. */
export function httpsUrl(url: string | null): string | null {
  return url && URL.canParse(url) && new URL(url).protocol === "https:" ? url : null;
}
