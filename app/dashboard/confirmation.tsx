import { formatInstant } from "@/lib/format";

/** How fresh the page is, so that nobody has to wonder. */
export function Confirmation({ confirmedAt, isSettling }: { confirmedAt: Date | null; isSettling: boolean }) {
  return (
    <p role="status" className="mt-8 text-muted text-sm">
      {isSettling ? "Something new is being checked with Stripe. This page changes by itself. " : null}
      {confirmedAt ? (
        <>
          Confirmed with Stripe at{" "}
          <time dateTime={confirmedAt.toISOString()}>{formatInstant(confirmedAt)}</time>.{" "}
        </>
      ) : null}
      All dates are in UTC.
    </p>
  );
}
