import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { signedRequest } from "../../dev/send/sign.ts";
import { WEBHOOK_SECRET } from "../support/env.ts";
import { anEvent, aProduct } from "../support/events.ts";
import { expect, test } from "./support/fixtures.ts";

const PATH = "/api/webhooks/stripe";
const url = (path: string) => `${process.env.APP_URL}${path}`;
const signed = (path: string) =>
  signedRequest(JSON.stringify(anEvent("product.updated", aProduct())), WEBHOOK_SECRET, { url: url(path) });

for (const path of [PATH, `${PATH}/`, `${PATH}?from=stripe`]) {
  test(`nothing stands in front of ${path}: no redirect, no cookie, no login`, async () => {
    const response = await fetch(signed(path), { redirect: "manual" });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ received: true });
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(response.headers.get("location")).toBeNull();
  });
}

for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
  test(`${method} is answered with 405 and what is allowed`, async () => {
    const response = await fetch(url(PATH), { method, redirect: "manual" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });
}

/** Sends a body of 200 MiB piece by piece until the server answers, and returns the answer's first line. */
async function flood(headers: string, piece: Buffer): Promise<{ answer: string; sent: number }> {
  const { hostname, port } = new URL(url(PATH));
  const socket = connect(Number(port), hostname);
  const answered = new Promise<string>((resolve, reject) => {
    socket.once("data", (data) => resolve(data.toString().split("\r\n")[0] ?? ""));
    socket.once("error", reject);
  });
  let answer = "";
  answered.then(
    (line) => {
      answer = line;
    },
    () => {},
  );
  socket.write(
    `POST ${PATH} HTTP/1.1\r\nHost: ${hostname}\r\nStripe-Signature: t=1,v1=x\r\n${headers}\r\n\r\n`,
  );
  let sent = 0;
  while (answer === "" && !socket.destroyed && sent < 200 * 1024 * 1024) {
    socket.write(piece);
    sent += piece.length;
    await setTimeout(2);
  }
  await answered;
  socket.destroy();
  return { answer, sent };
}

test("a body of 200 MiB is refused after little of it, whether its length is declared or not", async () => {
  const zeros = Buffer.alloc(64 * 1024);
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), zeros, Buffer.from("\r\n")]);
  for (const { answer, sent } of [
    await flood(`Content-Length: ${200 * 1024 * 1024}`, zeros),
    await flood("Transfer-Encoding: chunked", chunk),
  ]) {
    expect(answer).toContain("413");
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  }
});
