/** @jsxImportSource hono/jsx */
import type { Context } from "hono";
import { html } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { PageContext } from "./context.ts";
import { Message } from "./message.tsx";

/** Answers with a page. */
export const show = (call: Context, page: JSX.Element, status: 200 | 402 | 404 | 410 | 422 = 200) =>
  call.html(html`<!doctype html>${page}`, status, { "cache-control": "no-store" });

/** Where there is no such page: ids are long, and get cut when they are copied. */
export const unknownPage = (context: PageContext, call: Context, what: string) =>
  show(
    call,
    <Message context={context} at={call.req.path} title="There is no such page">
      <p>
        The local Stripe knows no {what} of this address. It may have been made before the local Stripe was
        started anew.
      </p>
      <p class="soft small">Go back to the app and start again from there.</p>
    </Message>,
    404,
  );
