import { connect } from "node:net";
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

/** Sends the beginning of a request and no more, and returns the first line of the answer that comes all the same. */
function answerTo(headers: string, body: Buffer): Promise<string> {
  const { hostname, port } = new URL(url(PATH));
  const socket = connect(Number(port), hostname);
  const answer = new Promise<string>((resolve, reject) => {
    socket.once("data", (data) => resolve(data.toString().split("\r\n")[0] ?? ""));
    socket.once("error", reject);
  });
  socket.write(
    `POST ${PATH} HTTP/1.1\r\nHost: ${hostname}\r\nStripe-Signature: t=1,v1=x\r\n${headers}\r\n\r\n`,
  );
  socket.write(body);
  return answer.finally(() => socket.destroy());
}

test("a body of 200 MiB that is declared is refused before any of it came", async () => {
  expect(await answerTo(`Content-Length: ${200 * 1024 * 1024}`, Buffer.alloc(0))).toContain("413");
});

test("a body without a length is refused as soon as it passes 1 MiB, although it goes on", async () => {
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(64 * 1024), Buffer.from("\r\n")]);
  const body = Buffer.concat(Array.from({ length: 17 }, () => chunk));
  expect(await answerTo("Transfer-Encoding: chunked", body)).toContain("413");
});
