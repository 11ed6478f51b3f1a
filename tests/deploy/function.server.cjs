// Serves one of Vercel's functions as its runtime does: laid out in a folder, asked over HTTP, kept awake by waitUntil.
const { createServer } = require("node:http");
const { join } = require("node:path");

const promises = new Set();
const context = {
  waitUntil: (promise) => {
    promises.add(promise);
    promise.finally(() => promises.delete(promise));
  },
};
Reflect.set(globalThis, Symbol.for("@vercel/request-context"), { get: () => context });

const handler = require(join(process.argv[2], "___next_launcher.cjs"));
const server = createServer((request, response) => handler(request, response));
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));

process.on("SIGTERM", async () => {
  await Promise.allSettled(promises);
  process.exit(0);
});
