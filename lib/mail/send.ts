import { createHash } from "node:crypto";
import { render } from "@react-email/render";
import { createTransport } from "nodemailer";
import { createElement } from "react";
import { env } from "../env";
import type { Letter } from "./letter";
import { LetterTemplate } from "./template";

/** A letter on its way. Of two with the same key, whoever gets both keeps one. */
export type Parcel = { to: string; key: string; letter: Letter };

/** A connection to the mail server, for some mails one after the other. */
export type Postbox = { send(parcel: Parcel): Promise<void>; close(): void };

/** How long a step of a conversation may take, so that a mail takes far less than its lease. */
const STEP_MS = 15_000;

/** @param smtpUrl smtp:// or smtps://, with user and password; null for none */
export function openPostbox(smtpUrl: string): Postbox {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 3,
    connectionTimeout: STEP_MS,
    greetingTimeout: STEP_MS,
    dnsTimeout: STEP_MS,
    socketTimeout: STEP_MS,
  });
  return {
    async send({ to, key, letter }) {
      await transport.sendMail({
        from: env().MAIL_FROM,
        to,
        subject: letter.subject,
        text: textOf(letter),
        html: await render(createElement(LetterTemplate, letter)),
        messageId: messageIdOf(key),
        // Keeps answering machines silent. https://www.rfc-editor.org/rfc/rfc3834#section-5
        headers: { "Auto-Submitted": "auto-generated" },
      });
    },
    close: () => transport.close(),
  };
}

/** Sends a letter that somebody waits for. Throws what nodemailer throws; without a mail server, an error of ours. */
export async function sendAtOnce(parcel: Parcel): Promise<void> {
  const { SMTP_URL } = env();
  if (SMTP_URL === undefined) throw new TypeError("There is no mail server to send it by.");
  const postbox = openPostbox(SMTP_URL);
  try {
    await postbox.send(parcel);
  } finally {
    postbox.close();
  }
}

/** The same for the same fact, for ever: of two copies of one mail, whoever gets them keeps one. */
export function messageIdOf(key: string): string {
  const digest = createHash("sha256").update(key).digest("hex").slice(0, 40);
  return `<${digest}@${new URL(env().APP_URL).hostname}>`;
}

/** The mail for those who read plain text. */
export function textOf({ subject, paragraphs, action, why }: Letter): string {
  const lines = [subject, ...paragraphs, ...(action ? [`${action.label}: ${action.href}`] : [])];
  return `${lines.join("\n\n")}\n\n-- \n${why}\n`;
}

/** What went wrong, without the server's words: they quote addresses. Final where the server wants none of this mail, ever. */
export function failureOf(error: unknown): { reason: string; isFinal: boolean } {
  if (!(error instanceof Error))
    return { reason: "Something was thrown that is not an error.", isFinal: false };
  const [code, status, command] = ["code", "responseCode", "command"].map((key) => Reflect.get(error, key));
  const details = [error.name, code, status, command && `at ${command}`].filter(Boolean);
  const isFinal =
    typeof status === "number" && status >= 500 && (command === "RCPT TO" || command === "DATA");
  return { reason: `The mail server did not take it: ${details.join(" ")}.`, isFinal };
}
