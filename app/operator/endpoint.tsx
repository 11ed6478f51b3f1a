import { readEndpoint } from "@/lib/operator/health";
import { apiVersion } from "@/lib/stripe";
import { Pill } from "../dashboard/pill";

/** What Stripe says about our webhook endpoint, and in which versions its events came. */
export async function Endpoint({
  versions,
}: {
  versions: readonly { version: string | null; count: number }[];
}) {
  const [endpoint, ours] = await Promise.all([readEndpoint(), apiVersion()]);
  const others = versions.filter(({ version }) => version !== ours);
  return (
    <div className="card flex flex-col gap-3 px-6 py-5">
      {endpoint.kind === "known" ? (
        <>
          <p className="wrap-anywhere flex flex-wrap items-center gap-3">
            <Pill tone={endpoint.status === "enabled" ? "good" : "bad"}>
              {endpoint.status === "enabled" ? "Enabled" : "Disabled"}
            </Pill>
            {endpoint.url}
          </p>
          {endpoint.missing.length > 0 ? (
            <p className="wrap-anywhere text-warn">It does not send: {endpoint.missing.join(", ")}.</p>
          ) : (
            <p>It sends every type that is handled here.</p>
          )}
          {endpoint.needless.length > 0 ? (
            <p className="wrap-anywhere text-muted">It sends for nothing: {endpoint.needless.join(", ")}.</p>
          ) : null}
        </>
      ) : (
        <p className="wrap-anywhere flex flex-wrap items-center gap-3">
          <Pill tone="warn">{endpoint.kind === "none" ? "Missing" : "Unknown"}</Pill>
          {endpoint.kind === "none"
            ? `Stripe has no endpoint ${endpoint.url}. Make one with: npm run stripe:setup`
            : `Stripe could not be asked just now: ${endpoint.why}.`}
        </p>
      )}
      <p>
        {others.length === 0
          ? `Events come in ${ours}, the version that the SDK is typed for.`
          : `The SDK is typed for ${ours}; of the newest events ${others.map(({ version, count }) => `${count} came in ${version ?? "no version"}`).join(", ")}. Both are read.`}
      </p>
    </div>
  );
}
