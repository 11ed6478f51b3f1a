/** Runs once when a server starts. Next builds it for the edge as well, where there is no process to end. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { exitOnBadEnvironment } = await import("./lib/boot");
  exitOnBadEnvironment();
  const takesMetrics = Boolean(process.env.OTEL_EXPORTER_OTLP_ENDPOINT);
  if (!takesMetrics && !process.env.VERCEL_OTEL_ENDPOINTS) return;
  // The spans that Next makes of our own requests would have their whole address, as of the alert hook.
  process.env.NEXT_OTEL_FETCH_DISABLED = "1";
  const { startTelemetry } = await import("./lib/otel");
  const everyMs = Number(process.env.OTEL_METRIC_EXPORT_INTERVAL) || 60_000;
  startTelemetry({ metricsEveryMs: takesMetrics ? everyMs : null });
}
