import { metrics } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import type { SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { registerOTel } from "@vercel/otel";
import { readStanding } from "./operator/standing";

/**
 * Sends spans to where OTEL_EXPORTER_OTLP_ENDPOINT or Vercel's own integration says, and metrics to the former. Loaded only
 * where there is one: nobody else's functions pay for it when they start.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 * @param options.metricsEveryMs null where nobody takes metrics
 */
export function startTelemetry({ metricsEveryMs }: { metricsEveryMs: number | null }): void {
  registerOTel({
    serviceName: "next-stripe-billing",
    // Requests of ours go to Stripe, to the database, and to the alert hook, whose address is a secret.
    instrumentations: [],
    spanProcessors: [withoutWords, "auto"],
    metricReaders: metricsEveryMs === null ? [] : [readerOf(metricsEveryMs)],
  });
  if (metricsEveryMs !== null) watchPending();
}

const readerOf = (exportIntervalMillis: number) =>
  new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(exportIntervalMillis, 10_000),
  });

/**
 * Next's own spans have the addresses of pages, in which somebody may have searched for a person, and the messages of
 * errors, which may quote a row. Both are cut out before anything is sent.
 */
const withoutWords: SpanProcessor = {
  onStart() {},
  onEnd({ attributes, events, status }) {
    for (const [name, value] of Object.entries(attributes))
      if (typeof value === "string") attributes[name] = value.split("?")[0];
    for (const { attributes } of events) {
      delete attributes?.["exception.message"];
      delete attributes?.["exception.stacktrace"];
    }
    delete status.message;
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};

/** For how long the oldest event has waited. Each server says the same: take the largest. */
function watchPending(): void {
  metrics
    .getMeter("billing")
    .createObservableGauge("billing.pending.oldest", {
      unit: "s",
      description: "Age of the oldest pending event",
    })
    .addCallback(async (result) => {
      const { oldestPendingAt } = await readStanding();
      result.observe(oldestPendingAt ? (Date.now() - oldestPendingAt.getTime()) / 1000 : 0);
    });
}
