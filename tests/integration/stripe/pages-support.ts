/** A page of the local Stripe, as a browser that follows nothing by itself sees it. */
export type Seen = { status: number; html: string; to: string | null };

export async function visit(url: string): Promise<Seen> {
  return seen(await fetch(url, { redirect: "manual" }));
}

/** Posts a form, as its button does. */
export async function submit(url: string, fields: Record<string, string>): Promise<Seen> {
  return seen(await fetch(url, { method: "POST", redirect: "manual", body: new URLSearchParams(fields) }));
}

async function seen(response: Response): Promise<Seen> {
  return {
    status: response.status,
    html: await response.text(),
    to: response.headers.get("location"),
  };
}

/** What somebody fills into a form for a card. */
export const card = (number: string, more: Record<string, string> = {}) => ({
  number,
  expiry: "12 / 34",
  cvc: "123",
  name: "Ada Lovelace",
  ...more,
});

export const GOOD = "4242 4242 4242 4242";
export const DECLINED = "4000 0000 0000 0002";
export const DECLINED_LATER = "4000 0000 0000 0341";
export const ASKS_OWNER = "4000 0025 0000 3155";
