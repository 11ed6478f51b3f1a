/** @jsxImportSource hono/jsx */
import type { PageContext } from "./context.ts";
import { iso, moment } from "./words.ts";

/** Says on every page what this is, and lets time pass. */
export const Bar = ({ context, at }: { context: PageContext; at: string }) => {
  const now = context.account.now();
  const weather = context.weather();
  return (
    <header class="bar">
      <div>
        <p>
          <strong>Local</strong> This is the local Stripe. No money moves.
          {weather !== "calm" && ` The weather: ${weather}.`}
        </p>
        <form method="post" action="/_local/advance" aria-label="Advance time">
          <input type="hidden" name="return_to" value={at} />
          <time datetime={iso(now)}>{moment(now)}</time>
          {STEPS.map(({ by, label, hint }) => (
            <button type="submit" name="by" value={by} title={hint}>
              {label}
            </button>
          ))}
        </form>
      </div>
    </header>
  );
};

const STEPS = [
  { by: "day", label: "1 day", hint: "Advance the clock by a day" },
  { by: "week", label: "1 week", hint: "Advance the clock by a week" },
  {
    by: "month",
    label: "1 month",
    hint: "Advance the clock by a month and an hour: a renewal's invoice is paid an hour after it is made",
  },
  { by: "next", label: "To the next event", hint: "Advance the clock to whatever happens next" },
];
