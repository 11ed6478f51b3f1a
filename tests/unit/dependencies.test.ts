import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { auditVerdict } from "../support/audit";

const versions = z.record(z.string(), z.string());
const manifest = z
  .object({ dependencies: versions, devDependencies: versions })
  .parse(JSON.parse(readFileSync("package.json", "utf8")));
const lock = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        integrity: z.string().optional(),
        inBundle: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync("package-lock.json", "utf8")));
const named = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

const component = z.object({
  name: z.string(),
  version: z.string(),
  hashes: z.array(z.object({ alg: z.string() })).default([]),
  properties: z.array(z.object({ name: z.string(), value: z.string() })),
});
const DEV = { name: "cdx:npm:package:development", value: "true" };

it("each dependency is one version, the one that the lockfile holds by its hash", () => {
  for (const [name, version] of named) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.-]+)?$/);
    expect(lock.packages[`node_modules/${name}`], name).toMatchObject({
      version,
      integrity: expect.any(String),
    });
  }
  // A bundled package is within another one's hash. Stripe's CLI for other systems than Linux was not to be had here.
  const loose = Object.entries(lock.packages).filter(
    ([path, { integrity, inBundle }]) => path && !integrity && !inBundle && !path.includes("/@stripe/cli-"),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});

it("npm makes a list of all packages, with versions and hashes, and marks none that is deployed as one that is not", () => {
  // With --omit=dev it leaves out what a package that is deployed and one that is not both ask for, as pg and react.
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const { components } = z
    .object({ bomFormat: z.literal("CycloneDX"), components: z.array(component) })
    .parse(JSON.parse(execFileSync("npm", args, { encoding: "utf8" })));
  const deployed = Object.entries(manifest.dependencies).map(([name, version]) =>
    components.find((one) => one.name === name && one.version === version),
  );
  for (const one of deployed)
    expect(one).toMatchObject({
      hashes: [{ alg: "SHA-512" }],
      properties: expect.not.arrayContaining([DEV]),
    });
}, 60_000);

describe("an audit", () => {
  const found = (severity: string) =>
    JSON.stringify({
      auditReportVersion: 2,
      vulnerabilities: { left: { name: "left", severity } },
      metadata: { vulnerabilities: { total: 1 } },
    });
  it.each([
    ["fails on what is critical", found("critical"), true, "left (critical)"],
    ["fails on what is high", found("high"), true, "left (high)"],
    ["tells of what is less, and goes on", found("moderate"), false, "none of them high"],
    ["goes on where the registry has no answer", '{"statusCode":405,"error":{}}', false, "Not audited"],
    ["goes on without a network", "", false, "Not audited"],
  ])("%s", (_, output, isBad, words) => {
    expect(auditVerdict(output)).toMatchObject({ isBad, words: expect.stringContaining(words) });
  });
});
