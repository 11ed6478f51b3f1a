/** @jsxImportSource hono/jsx */
import { Hono } from "hono";
import { html, raw } from "hono/html";
import type { Child } from "hono/jsx";
import { STYLE } from "../stripe/pages/style.ts";
import type { MailStore, ReceivedMail } from "./store.ts";

/** The mails, for eyes and for tests. */
export function pages(store: MailStore): Hono {
  const app = new Hono();
  app.get("/", (call) => call.html(page("Mailbox", <List mails={store.list()} />)));
  app.get("/mails.json", (call) => call.json(store.list(call.req.query("to"))));
  app.get("/:id{\\d+}", (call) => {
    const mail = store.get(Number(call.req.param("id")));
    return mail ? call.html(page(mail.subject, <One mail={mail} />)) : call.notFound();
  });
  // What a mail says is drawn in a frame of its own, without scripts, as a mail program does.
  app.get("/:id{\\d+}/html", (call) => {
    const mail = store.get(Number(call.req.param("id")));
    return mail
      ? call.html(mail.html, 200, {
          "content-security-policy": "sandbox allow-popups allow-popups-to-escape-sandbox",
        })
      : call.notFound();
  });
  return app;
}

const page = (title: string, children: Child) =>
  html`<!doctype html>${(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Mailbox`}</title>
        <link rel="icon" href="data:," />
        <style>{raw(`${STYLE}${MORE}`)}</style>
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  )}`;

const MORE = `
iframe { width: 100%; height: 34rem; border: 1px solid var(--line); border-radius: 14px; background: var(--card); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 0.9rem/1.5 ui-monospace, monospace; margin: 0; }
.mails { list-style: none; margin: 0; padding: 0; }
.mails li { border-top: 1px solid var(--line); padding: 0.75rem 0; }
.mails p { margin: 0 0 0.15rem; }
main > p, .mails p { overflow-wrap: anywhere; }
h2 { margin-top: 1.5rem; }`;

const List = ({ mails }: { mails: ReceivedMail[] }) => (
  <>
    <h1>Mailbox</h1>
    <p class="soft">What the app sends ends here, and reaches nobody.</p>
    {mails.length === 0 ? (
      <p>No mail has come yet. Choose a plan in the app, and pay: the first one follows within seconds.</p>
    ) : (
      <ul class="mails">
        {mails.map((mail) => (
          <li key={mail.id}>
            <p>
              <a href={`/${mail.id}`}>{mail.subject || "No subject"}</a>
            </p>
            <p class="soft small">
              {mail.to}, <Time at={mail.receivedAt} />
            </p>
          </li>
        ))}
      </ul>
    )}
  </>
);

const One = ({ mail }: { mail: ReceivedMail }) => (
  <>
    <a class="back" href="/">
      All mails
    </a>
    <h1>{mail.subject}</h1>
    <p class="soft small">
      From {mail.from} to {mail.to}, <Time at={mail.receivedAt} />
    </p>
    <iframe title="The mail" src={`/${mail.id}/html`} sandbox="allow-popups allow-popups-to-escape-sandbox" />
    <h2>Plain text</h2>
    <div class="card">
      <pre>{mail.text}</pre>
    </div>
    <p class="soft small">{mail.messageId}</p>
  </>
);

const Time = ({ at }: { at: Date }) => (
  <time datetime={at.toISOString()}>{`${at.toISOString().slice(0, 19).replace("T", " ")} UTC`}</time>
);
