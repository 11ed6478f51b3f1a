/** Runs once when a server starts. Next builds it for the edge as well, where there is no process to end. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { exitOnBadEnvironment } = await import("./lib/boot");
  exitOnBadEnvironment();
}
