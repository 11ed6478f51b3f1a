import { readFile } from "node:fs/promises";
import { join } from "node:path";

export type Target = { url: string; secret: string };

type Wanted = { url?: string | undefined; secret?: string | undefined };

/** A target that cannot be told, with what to do about it. */
export class NoTargetError extends Error {
  override name = "NoTargetError";
}

/**
 * Where to send, and the secret to sign with: what the caller says, else the environment, else what `npm run dev` left
 * in .data/dev.json. A URL without a path means the endpoint there.
 * @param folder where .data is
 * @throws NoTargetError
 */
export async function findTarget(
  wanted: Wanted,
  environment: Record<string, string | undefined>,
  folder: string,
): Promise<Target> {
  const dev = await developmentServer(join(folder, ".data", "dev.json"));
  const url = wanted.url ?? (environment.APP_URL?.trim() || dev.url);
  const secrets = wanted.secret ?? (environment.STRIPE_WEBHOOK_SECRET?.trim() || dev.secret);
  // While a secret is being rolled there are two, and either will do.
  const secret = secrets?.split(",")[0]?.trim();
  if (!url)
    throw new NoTargetError(
      "Where to? Start the app with `npm run dev`, or set APP_URL, or pass --url http://…",
    );
  if (!secret)
    throw new NoTargetError(
      "No secret to sign with. Start the app with `npm run dev`, or set STRIPE_WEBHOOK_SECRET, or pass --secret whsec_…",
    );
  return { url: endpointOf(url), secret };
}

function endpointOf(url: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new NoTargetError(`"${url}" is not a URL. Example: --url http://localhost:3000`);
  const endpoint = new URL(url);
  if (endpoint.pathname === "/") endpoint.pathname = "/api/webhooks/stripe";
  return endpoint.href;
}

async function developmentServer(file: string): Promise<Wanted> {
  const known: unknown = await readFile(file, "utf8").then(JSON.parse, () => null);
  if (typeof known !== "object" || known === null) return {};
  return { url: wordIn(known, "url"), secret: wordIn(known, "webhookSecret") };
}

function wordIn(value: object, field: string): string | undefined {
  const found: unknown = Reflect.get(value, field);
  return typeof found === "string" ? found : undefined;
}
