import type { Account } from "../account.ts";

/**
 * After a restart on another port: the pages of invoices and sessions are where the server is now. What was told of
 * them in events stays as it was.
 */
export function moveUrls(account: Account): void {
  const { store } = account;
  const moved = (url: string) => account.url + new URL(url).pathname;
  for (const invoice of store.all("invoice")) {
    const { hosted_invoice_url: page, invoice_pdf: pdf } = invoice;
    if (!page || !pdf) continue;
    if (page.startsWith(`${account.url}/`)) continue;
    account.change("invoice", invoice, { hosted_invoice_url: moved(page), invoice_pdf: moved(pdf) }, null);
  }
  for (const session of store.all("checkout.session")) {
    if (session.url) account.change("checkout.session", session, { url: moved(session.url) }, null);
  }
  for (const session of store.all("billing_portal.session")) {
    account.change("billing_portal.session", session, { url: moved(session.url) }, null);
  }
}
