import type { Context } from "hono";

/** What a form said, by the names of its fields. Files are none of ours. */
export type Form = Record<string, string>;

/** Reads a posted form, without the space around what was typed. */
export async function readForm(call: Context): Promise<Form> {
  const body = await call.req.parseBody();
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value.trim().slice(0, 500)]] : [],
    ),
  );
}

/** A form as it is shown again: a card's numbers are not, as on any page that takes cards. */
export const shownAgain = ({ number: _, cvc: __, iban: ___, ...rest }: Form): Form => rest;
