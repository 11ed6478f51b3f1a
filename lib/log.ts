type Field = string | number | boolean | null | undefined;

/**
 * One line of JSON for each thing that happened. Fields are ids, types, outcomes and durations: never a payload, a
 * secret, an e-mail address or a name.
 */
export function log(
  level: "info" | "warn" | "error",
  message: string,
  fields: Record<string, Field> = {},
): void {
  const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...fields });
  if (level === "error") console.error(line);
  else console.log(line);
}
