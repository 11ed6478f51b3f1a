import { mkdirSync, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startNextDev } from "@/dev/next-dev";
import { anyPort } from "@/dev/ports";
import { type Running, untilAnswers } from "@/dev/processes";
import { MAX_BODY_BYTES } from "@/lib/body";
import { useDatabase } from "../../support/database";

useDatabase();

let folder: string;
let port: number;
let app: Running;

/** A page of nothing, behind the app's own proxy: from a folder in the app Next finds its configuration too. */
beforeAll(async () => {
  mkdirSync("test-results", { recursive: true });
  folder = await mkdtemp(join(process.cwd(), "test-results/next-dev-"));
  mkdirSync(join(folder, "app"));
  await writeFile(
    join(folder, "app/route.js"),
    `export const GET = () => new Response("here");
     export const POST = async (request) => new Response(String((await request.arrayBuffer()).byteLength));`,
  );
  await writeFile(join(folder, "proxy.js"), 'export { proxy } from "../../proxy";');
  port = await anyPort();
  app = startNextDev(folder, port, openSync(join(folder, "log"), "w"));
  await untilAnswers(
    `http://localhost:${port}`,
    app.exited.then((how) => Promise.reject(new Error(how))),
  );
}, 120_000);

afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true, force: true });
});

const answers = (host: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    setTimeout(() => socket.destroy(), 5_000).unref();
  });

it("the development server answers as localhost, and at no address but this machine's own", async () => {
  expect(await (await fetch(`http://localhost:${port}/`)).text()).toBe("here");
  expect(await answers("127.0.0.1")).toBe(true);
  // Every address takes these two in: they stand for that of a network, which a machine may not have.
  for (const host of ["127.0.0.2", "::1"]) expect(await answers(host)).toBe(false);
});

/** @returns how much of it came to the page */
const post = async (body: BodyInit) => {
  const init: RequestInit & { duplex: "half" } = { method: "POST", body, duplex: "half" };
  return Number(await (await fetch(`http://localhost:${port}/`, init)).text());
};

it("what is sent to a page is held up to what it may be, also where no length is declared", async () => {
  const most = Buffer.alloc(MAX_BODY_BYTES);
  expect(await post(most)).toBe(MAX_BODY_BYTES);
  expect(await post(new Blob([most]).stream())).toBe(MAX_BODY_BYTES);
  const held = await post(new Blob([most, most, most]).stream());
  // More than what is refused as too much, so that nobody takes what was cut off for the whole.
  expect(held).toBeLessThan(1.1 * MAX_BODY_BYTES);
});
