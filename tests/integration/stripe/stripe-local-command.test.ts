import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { bundle } from "@/tests/support/bundle";
import { until } from "./endpoints";
import { clientOf, Receiver } from "./support";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stripe-command-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Command = { child: ChildProcess; out: () => string; err: () => string; ended: Promise<unknown[]> };

async function command(...options: string[]): Promise<Command> {
  const child = spawn(process.execPath, [await bundle("dev/stripe/cli.ts"), ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    said.out += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said.err += chunk;
  });
  return { child, out: () => said.out, err: () => said.err, ended: once(child, "close") };
}

async function portOf({ out }: Command): Promise<number> {
  await until(() => /Stop +Ctrl-C/.test(out()));
  return Number(/API base +http:\/\/127\.0\.0\.1:(\d+)$/m.exec(out())?.[1]);
}

test("it says where it is, which key to use and what signs; events arrive; Ctrl-C stops it and the data is kept", async () => {
  const receiver = await Receiver.listen({ secret: "whsec_mine" });
  onTestFinished(() => receiver.close());
  const data = join(folder, "stripe.data");
  const options = ["--port", "0", "--data", data, "--webhook", receiver.url, "--seed", "5"];
  const first = await command(
    ...options,
    "--secret",
    "whsec_mine",
    "--api-version",
    "2024-06-20",
    "--weather",
    "rough",
  );
  const port = await portOf(first);
  for (const line of [
    /Key +sk_test_local/,
    /Log +http:\/\/127\.0\.0\.1:\d+\/_local/,
    new RegExp(`Webhook +${receiver.url}`),
    /Secret +whsec_mine/,
    /Weather +rough/,
    new RegExp(`State +${data}`),
  ]) {
    expect(first.out()).toMatch(line);
  }
  const { id } = await clientOf({ port }, { maxNetworkRetries: 1 }).customers.create();
  expect((await receiver.until("customer.created")).api_version).toBe("2024-06-20");
  first.child.kill("SIGINT");
  expect(await first.ended).toEqual([0, null]);
  expect(first.out()).toContain(`Stopped. ${data} has it all.`);
  expect(first.err()).toBe("");

  const second = await command(...options);
  const stripe = clientOf({ port: await portOf(second) });
  expect((await stripe.customers.list()).data).toMatchObject([{ id }]);
  expect(second.out()).toMatch(/Secret +whsec_mine/);
  second.child.kill("SIGTERM");
  expect(await second.ended).toEqual([0, null]);
});

test("--help tells the options", async () => {
  const { out, err, ended } = await command("--help");
  expect(await ended).toEqual([0, null]);
  expect(err()).toBe("");
  for (const option of [
    "--port",
    "--webhook",
    "--secret",
    "--data",
    "--api-version",
    "--weather",
    "--rate-limit",
    "--time-scale",
    "--seed",
  ]) {
    expect(out()).toContain(`\n  ${option} `);
  }
});

test.each([
  [["--weather", "hail"], "--weather is calm, rough, storm."],
  [["--port", "stripe"], "--port is a whole number up to 65535."],
  [["--rate-limit", "0"], "--rate-limit is a whole number from 1 on."],
  [["--webhook", "localhost:3000"], "--webhook is a URL, such as http://localhost:3000/api/webhooks/stripe."],
  [["--webhook", "http://localhost:3000", "--secret", "hush"], "--secret begins with whsec_."],
  [["--secret", "whsec_x"], "--secret is of the endpoint that --webhook names."],
  [["--api-version", "new"], "--api-version is one of Stripe's, such as 2024-06-20."],
  [["--colour"], "Unknown option '--colour'"],
])("%j is refused in words", async (options, words) => {
  const { out, err, ended } = await command(...options);
  expect(await ended).toEqual([1, null]);
  expect(err()).toContain(words);
  expect(err()).toContain("See: npm run stripe:local -- --help");
  expect(err()).not.toMatch(/\n +at /);
  expect(out()).toBe("");
});

test("a port that is taken and a file that is something else are told", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === "object" ? String(address?.port) : "";
  const taken = await command("--port", port);
  expect(await taken.ended).toEqual([1, null]);
  expect(taken.err()).toContain(`address already in use 127.0.0.1:${port}\nName another with --port.\n`);
  expect(taken.err()).not.toMatch(/\n +at /);

  const file = join(folder, "package.json");
  writeFileSync(file, "{}\n");
  const wrong = await command("--port", "0", "--data", file);
  expect(await wrong.ended).toEqual([1, null]);
  expect(wrong.err()).toBe(`${file} is no data of the local Stripe. Name another file with --data.\n`);
});
