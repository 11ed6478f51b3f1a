/** Runs once when a server starts. A bad environment stops the boot here, before the first request could meet it. */
export async function register(): Promise<void> {
  const { env } = await import("./lib/env");
  env();
}
