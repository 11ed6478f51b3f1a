import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

/** One address before several servers, as a host has it: each request goes to the next one that it knows to be there. */
export class Balancer {
  url = "";
  /** Addresses of the servers, in turn. One that does not answer any more costs the request: 502. */
  targets: string[] = [];
  answered = 0;
  failed = 0;
  #turn = 0;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server = createServer((incoming, outgoing) => this.#carry(incoming, outgoing));

  static async open(): Promise<Balancer> {
    const balancer = new Balancer();
    await new Promise<void>((resolve) => balancer.#server.listen(0, "127.0.0.1", resolve));
    const address = balancer.#server.address();
    balancer.url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    return balancer;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  #carry(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const target = this.targets[this.#turn++ % Math.max(1, this.targets.length)];
    const fail = () => {
      this.failed += 1;
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    };
    if (!target) {
      fail();
      return;
    }
    const { method, headers } = incoming;
    const onwards = request(target, { agent: this.#agent, method, headers }, (answer) => {
      this.answered += 1;
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on("error", () => outgoing.destroy());
    });
    onwards.on("error", fail);
    incoming.pipe(onwards);
  }
}
