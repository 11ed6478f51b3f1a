const { writeFileSync } = require("node:fs");

/** Required by a server whose modules are counted: when it ends, it says how many files it has loaded. */
process.on("exit", () => {
  writeFileSync(process.env.BENCH_MODULES_FILE, String(Object.keys(require.cache).length));
});
