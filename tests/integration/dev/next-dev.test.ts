import { mkdirSync, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startNextDev } from "@/dev/next-dev";
import { anyPort } from "@/dev/ports";
import { type Running, untilAnswers } from "@/dev/processes";
import { useDatabase } from "../../support/database";

useDatabase();

let folder: string;
let port: number;
let app: Running;

/** A page of nothing, with all else of the app: from a folder in it Next finds its configuration and what it starts with. */
beforeAll(async () => {
  mkdirSync("test-results", { recursive: true });
  folder = await mkdtemp(join(process.cwd(), "test-results/next-dev-"));
  mkdirSync(join(folder, "app"));
  await writeFile(join(folder, "app/route.js"), 'export const GET = () => new Response("here");');
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
