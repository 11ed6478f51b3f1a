import { parseArgs } from "node:util";
import { prunePayloads } from "../lib/billing/webhook/prune";
import { env } from "../lib/env";
import { runCommand, showProgress, wholeNumber } from "./command";

const USAGE = `Empties the payloads of settled events that are older than the retention. Their ids stay, so that a late duplicate is known.

  npm run billing:prune -- [--days N]

  --days N   the retention; PAYLOAD_RETENTION_DAYS, or 90, unless said
  --help
`;

await runCommand(USAGE, async () => {
  const { values } = parseArgs({ options: { days: { type: "string" } } });
  const progress = showProgress();
  const pruned = await prunePayloads({
    retentionDays: wholeNumber("--days", values.days) ?? env().PAYLOAD_RETENTION_DAYS,
    deadline: Number.POSITIVE_INFINITY,
    fromStart: true,
    onBatch: (count) => progress.update(count, null, `${count} payloads emptied`),
  });
  progress.end();
  console.log(`${pruned} payloads were emptied.`);
});
