import type { Finding } from "./billing/findings";
import { env } from "./env";

/** So many are named; of the others the number is enough. */
const NAMED = 5;

const WORDS: Record<string, string> = {
  parked: "events are parked: they need a person",
  mail: "mails are parked: no mail server takes them",
  orphan: "customers pay, and nobody here owns them",
  duplicate: "customers pay for more than one subscription",
  unknown: "rows are of objects that Stripe does not know",
  silent: "the webhook endpoint has gone silent",
  secret: "deliveries are refused: their signing secret is not deployed",
  clock: "deliveries are refused: the server's clock is off",
  flood: "a flood of requests that Stripe did not sign",
};

/**
 * Tells of findings in a message as Slack's incoming webhooks take it, and many others: `{ "text": … }`. Nothing happens
 * without ALERT_WEBHOOK_URL. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 * @throws if nobody took it
 */
export async function sendAlert(findings: readonly Finding[]): Promise<void> {
  const { ALERT_WEBHOOK_URL, APP_URL } = env();
  if (!ALERT_WEBHOOK_URL) return;
  const kinds = [...new Set(findings.map(({ kind }) => kind))];
  const lines = kinds.flatMap((kind) =>
    wordsOf(
      kind,
      findings.filter((finding) => finding.kind === kind),
    ),
  );
  const response = await fetch(ALERT_WEBHOOK_URL, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text: [...lines, `${APP_URL}/operator`].join("\n") }),
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`The alert hook answered ${response.status}.`);
}

function wordsOf(kind: string, findings: readonly Finding[]): string[] {
  const named = findings.slice(0, NAMED).map(({ subjectId, detail }) => `• ${subjectId}: ${detail}`);
  const more = findings.length > NAMED ? [`• and ${findings.length - NAMED} more`] : [];
  return [`${findings.length} ${WORDS[kind] ?? kind}`, ...named, ...more];
}
