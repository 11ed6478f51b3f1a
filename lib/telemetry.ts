import { type Attributes, metrics, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { errorKind } from "./error-kind";

/**
 * Spans and metrics, for whom an exporter is set up (lib/otel.ts). For anybody else all of this does nothing. Attributes
 * are what the log has: ids, types, outcomes and durations, never a payload or what is about a person.
 */
const NAME = "billing";

/** Does the work within a span. What it throws is told by its kind alone. */
export function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return trace.getTracer(NAME).startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: errorKind(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Counts an event by what became of it. */
export function countEvent(type: string, outcome: string): void {
  metrics
    .getMeter(NAME)
    .createCounter("billing.events", { description: "Events by what became of them" })
    .add(1, { type, outcome });
}

/** How long the answer to a delivery took, in milliseconds. */
export function recordAck(ms: number): void {
  metrics
    .getMeter(NAME)
    .createHistogram("billing.ack", { unit: "ms", description: "From a delivery to its answer" })
    .record(ms);
}
