import { connect, createServer, type Server, type Socket } from "node:net";

/** Whether a chunk is a message that counts. */
type Counts = (chunk: Buffer) => boolean;

/**
 * Burns down by one with every message that counts on any of its wires, and blows at one of them: before the other side gets it, or
 * when the other side has answered and the sender does not know yet.
 */
export class Fuse {
  messages = 0;
  hasBlown = false;
  readonly #at: number;
  readonly #when: "before" | "after";
  readonly #blow: () => void;
  readonly #counts: Counts;

  constructor(at: number, when: "before" | "after", blow: () => void, counts: Counts = () => true) {
    this.#at = at;
    this.#when = when;
    this.#blow = blow;
    this.#counts = counts;
  }

  /** @returns whether the message may go on its way, and whether its answer may come back */
  burn(message: Buffer): { goes: boolean; comesBack: boolean } {
    if (this.#counts(message)) this.messages += 1;
    if (this.hasBlown || this.messages !== this.#at || !this.#counts(message))
      return { goes: !this.hasBlown, comesBack: true };
    if (this.#when === "after") return { goes: true, comesBack: false };
    this.blow();
    return { goes: false, comesBack: false };
  }

  blow(): void {
    this.hasBlown = true;
    this.#blow();
  }
}

/** A TCP connection that a fuse is wired to: to Postgres, to Stripe, or from Stripe to the endpoint. */
export class Wire {
  port = 0;
  fuse: Fuse | undefined;
  /** Where connections go: a port of this machine. */
  target: number;
  readonly #counts: Counts;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(target: number, counts: Counts) {
    this.target = target;
    this.#counts = counts;
    this.#server = createServer((socket) => this.#carry(socket));
  }

  static async lay(target: number, counts: Counts = () => true): Promise<Wire> {
    const wire = new Wire(target, counts);
    await new Promise<void>((resolve) => wire.#server.listen(0, "127.0.0.1", resolve));
    const address = wire.#server.address();
    wire.port = typeof address === "object" ? (address?.port ?? 0) : 0;
    return wire;
  }

  /** Every connection ends, as if the cable had been cut. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #carry(near: Socket): void {
    const far = connect(this.target, "127.0.0.1");
    let isCut = false;
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    near.on("data", (chunk: Buffer) => {
      const { goes, comesBack } = (this.#counts(chunk) && this.fuse?.burn(chunk)) || GOES;
      if (!comesBack) isCut = true;
      if (goes) far.write(chunk);
    });
    far.on("data", (chunk: Buffer) => {
      if (!isCut) near.write(chunk);
      else if (this.fuse?.hasBlown === false) this.fuse.blow();
    });
  }
}

const GOES = { goes: true, comesBack: true };

/** A message of Postgres's protocol that asks for something; not the greeting and the password. */
export const isQuery: Counts = (chunk) => "QPBCDEFHS".includes(String.fromCharCode(chunk[0] ?? 0));
