import type { SendReport } from "./send";

/** What a terminal or a log file is to this: it is stderr, so that the table alone is on stdout. */
type Screen = { isTTY?: boolean; write(text: string): unknown };

const EVERY_MS = { terminal: 100, log: 5_000 };

/** Says how far it is: one line that renews itself on a terminal, a new line every 5 seconds in a log. */
export function showProgress(screen: Screen, now = () => performance.now()) {
  const begun = now();
  let shown = begun;
  return {
    update({ sent, failed }: SendReport): void {
      if (now() - shown < (screen.isTTY ? EVERY_MS.terminal : EVERY_MS.log)) return;
      shown = now();
      const line = `${sent} sent, ${failed} failed, ${Math.round(sent / ((shown - begun) / 1000))} a second`;
      screen.write(screen.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
    },
    done(): void {
      if (screen.isTTY) screen.write("\r\x1b[K");
    },
  };
}
