import { createServer, type Server as WebServer } from "node:http";
import type { Server } from "node:net";
import { buffer } from "node:stream/consumers";
import { getRequestListener } from "@hono/node-server";
import { SMTPServer } from "smtp-server";
import { pages } from "./pages.tsx";
import { MailStore, type ReceivedMail } from "./store.ts";

export type Mailbox = {
  /** For SMTP_URL. */
  smtpUrl: string;
  /** Where the mails can be read. */
  url: string;
  /** The newest first. */
  list(to?: string): ReceivedMail[];
  /** Answers each recipient with this status from now on; null takes mail again. */
  refuseWith(status: number | null): void;
  close(): Promise<void>;
};

/**
 * A mail server that takes everything and delivers nothing, with a page to read it on. It listens on 127.0.0.1 alone.
 * @param options.folder keeps the mails from one start to the next
 */
export async function startMailbox(
  options: { smtpPort?: number; port?: number; folder?: string } = {},
): Promise<Mailbox> {
  const store = await MailStore.open(options.folder);
  let refusal: number | null = null;
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    onRcptTo: (_address, _session, done) =>
      done(refusal === null ? null : Object.assign(new Error("Not today"), { responseCode: refusal })),
    onData: (stream, _session, done) => {
      buffer(stream).then((raw) => store.add(raw).then(() => done(), done), done);
    },
  });
  // A sender that breaks off is the sender's business.
  smtp.on("error", () => {});
  const web = createServer(getRequestListener(pages(store).fetch));
  const smtpPort = await listen(smtp.server, options.smtpPort);
  const port = await listen(web, options.port);
  return {
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    url: `http://127.0.0.1:${port}`,
    list: (to) => store.list(to),
    refuseWith: (status) => {
      refusal = status;
    },
    close: async () => {
      web.closeAllConnections();
      await Promise.all([
        new Promise((resolve) => web.close(resolve)),
        new Promise<void>((resolve) => smtp.close(() => resolve())),
      ]);
    },
  };
}

/** On a port that is free, unless one is given. */
function listen(server: Server | WebServer, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
