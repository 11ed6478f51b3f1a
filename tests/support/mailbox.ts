import { afterAll, beforeAll } from "vitest";
import { type Mailbox, startMailbox } from "@/dev/mailbox/server";

/**
 * A real mail server for a test file. Call it before useDatabase: the app's environment is read once, with this in it.
 * @returns the mailbox; it runs from beforeAll on
 */
export function useMailbox(): () => Mailbox {
  let box: Mailbox | undefined;
  beforeAll(async () => {
    box = await startMailbox();
    process.env.SMTP_URL = box.smtpUrl;
  });
  afterAll(() => box?.close());
  return () => {
    if (!box) throw new Error("The mail server runs from beforeAll on.");
    return box;
  };
}
