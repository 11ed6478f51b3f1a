import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";

/** A mail as it arrived. */
export type ReceivedMail = {
  id: number;
  receivedAt: Date;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
};

/** So many are kept; the oldest go first. */
const KEPT = 500;

/** The mails that came in, the oldest first; in a folder, if one is given, so that they outlive a restart. */
export class MailStore {
  readonly #folder: string | undefined;
  readonly #mails: ReceivedMail[] = [];
  #lastId = 0;

  private constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  static async open(folder?: string): Promise<MailStore> {
    const store = new MailStore(folder);
    if (!folder) return store;
    mkdirSync(folder, { recursive: true });
    const kept = readdirSync(folder).flatMap((name) => {
      const [, id, at] = /^(\d+)-(\d+)\.eml$/.exec(name) ?? [];
      return id && at ? [{ name, id: Number(id), at: Number(at) }] : [];
    });
    for (const { name, id, at } of kept.sort((a, b) => a.id - b.id))
      await store.#read(id, new Date(at), readFileSync(join(folder, name)));
    return store;
  }

  async add(raw: Buffer): Promise<void> {
    const [id, at] = [this.#lastId + 1, new Date()];
    if (this.#folder) writeFileSync(join(this.#folder, nameOf(id, at)), raw);
    await this.#read(id, at, raw);
    for (const old of this.#mails.splice(0, Math.max(0, this.#mails.length - KEPT)))
      if (this.#folder) rmSync(join(this.#folder, nameOf(old.id, old.receivedAt)), { force: true });
  }

  async #read(id: number, receivedAt: Date, raw: Buffer): Promise<void> {
    this.#lastId = Math.max(this.#lastId, id);
    const { from, to, subject, text, html, messageId } = await PostalMime.parse(raw);
    this.#mails.push({
      id,
      receivedAt,
      from: from?.name ? `${from.name} <${from.address}>` : (from?.address ?? ""),
      to: (to ?? []).map(({ address }) => address ?? "").join(", "),
      subject: subject ?? "",
      text: text ?? "",
      html: html ?? "",
      messageId: messageId ?? "",
    });
  }

  /** The newest first. */
  list(to?: string): ReceivedMail[] {
    return this.#mails.filter((mail) => to === undefined || mail.to === to).toReversed();
  }

  get(id: number): ReceivedMail | undefined {
    return this.#mails.find((mail) => mail.id === id);
  }
}

const nameOf = (id: number, at: Date) => `${id}-${at.getTime()}.eml`;
