import * as z from "zod";

const report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })),
  metadata: z.object({ vulnerabilities: z.object({ total: z.number() }) }),
});

/** What the output of `npm audit --json` comes to. */
export function auditVerdict(output: string): { words: string; isBad: boolean } {
  const { data } = report.safeParse(parse(output));
  if (!data) return { words: "Not audited: the registry does not answer that question here.", isBad: false };
  const severe = Object.entries(data.vulnerabilities)
    .filter(([, { severity }]) => severity === "high" || severity === "critical")
    .map(([name, { severity }]) => `${name} (${severity})`);
  const words = `${data.metadata.vulnerabilities.total} vulnerabilities are known in what is deployed`;
  if (severe.length === 0) return { words: `${words}, none of them high or critical.`, isBad: false };
  return { words: `${words}: ${severe.join(", ")}. Look at: npm audit --omit=dev`, isBad: true };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
