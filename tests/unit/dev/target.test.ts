import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findTarget } from "@/dev/send/target";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "target-"));
});
afterEach(() => rm(folder, { recursive: true }));

const developmentServer = async () => {
  await mkdir(join(folder, ".data"));
  await writeFile(
    join(folder, ".data/dev.json"),
    JSON.stringify({ url: "http://localhost:3001", webhookSecret: "whsec_dev" }),
  );
};
const environment = { APP_URL: "https://app.example.com", STRIPE_WEBHOOK_SECRET: " whsec_new , whsec_old " };

test("what the caller says comes first", async () => {
  await developmentServer();
  const wanted = { url: "http://127.0.0.1:4000/hooks", secret: "whsec_flag" };
  expect(await findTarget(wanted, environment, folder)).toEqual(wanted);
});

test("then the environment, with the first of several secrets", async () => {
  await developmentServer();
  expect(await findTarget({}, environment, folder)).toEqual({
    url: "https://app.example.com/api/webhooks/stripe",
    secret: "whsec_new",
  });
});

test("then the app that npm run dev started", async () => {
  await developmentServer();
  expect(await findTarget({}, { APP_URL: "" }, folder)).toEqual({
    url: "http://localhost:3001/api/webhooks/stripe",
    secret: "whsec_dev",
  });
});

test("else it says what to do", async () => {
  await expect(findTarget({}, {}, folder)).rejects.toThrow(/npm run dev.*APP_URL.*--url/);
  await expect(findTarget({ url: "http://localhost:3000" }, {}, folder)).rejects.toThrow(
    /npm run dev.*STRIPE_WEBHOOK_SECRET.*--secret/,
  );
  await expect(findTarget({ url: "localhost:3000", secret: "whsec_x" }, {}, folder)).rejects.toThrow(
    '"localhost:3000" is not a URL',
  );
});
