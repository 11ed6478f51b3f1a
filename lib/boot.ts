import { EnvironmentError, env } from "./env";

/**
 * Ends the process with one message if the environment is not complete, before the first request could meet it. Left to
 * itself, Next would log the error and go on.
 */
export function exitOnBadEnvironment(): void {
  try {
    env();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`\n${error.message}\n\n`);
    process.exit(1);
  }
}
