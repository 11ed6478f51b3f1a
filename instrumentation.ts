/**
 * Runs once when a server starts. On a bad environment the process ends here with one message, before the first request
 * could meet it: Next by itself would log the error and go on.
 */
export async function register(): Promise<void> {
  const { env, EnvironmentError } = await import("./lib/env");
  try {
    env();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`\n${error.message}\n\n`);
    process.exit(1);
  }
}
