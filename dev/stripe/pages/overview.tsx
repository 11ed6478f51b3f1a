/** @jsxImportSource hono/jsx */
import type { Account } from "../account.ts";
import type { LogEntry } from "../delivery/log.ts";
import { WEATHERS } from "../delivery/weather.ts";
import type { RequestEntry } from "../local/requests.ts";
import type { Parts } from "../local/routes.ts";
import { Layout } from "./layout.tsx";

/** How many rows a table shows. */
const SHOWN = 50;

/** What goes on in here: the endpoints, the weather, and what was sent and asked last. */
export const Overview = ({ account, delivery, weather, requests }: Parts) => {
  const context = {
    account,
    untilAnswered: delivery.untilAnswered.bind(delivery),
    weather: () => weather.name,
  };
  return (
    <Layout title="Log" context={context} at="/_local">
      <h1>The local Stripe</h1>
      <p class="soft">
        API base {account.url}, version {account.apiVersion}. This page as JSON: <a href="/_local/log">log</a>
        , <a href="/_local/weather">weather</a>.
      </p>
      <Weathers now={weather.name} />
      <Endpoints account={account} />
      <Deliveries entries={delivery.log.all().slice(-SHOWN).reverse()} />
      <Requests entries={requests.all().slice(-SHOWN).reverse()} />
    </Layout>
  );
};

const Weathers = ({ now }: { now: string }) => (
  <section class="card">
    <h2>Weather: {now}</h2>
    <p class="soft small">
      Bad weather delays, doubles and loses deliveries, and lets requests to the API fail.
    </p>
    <form class="actions" method="post" action="/_local/weather">
      <input type="hidden" name="return_to" value="/_local" />
      {Object.keys(WEATHERS).map((name) => (
        <button type="submit" name="name" value={name} class={name === now ? "" : "quiet"}>
          {name}
        </button>
      ))}
    </form>
  </section>
);

const Endpoints = ({ account }: { account: Account }) => {
  const endpoints = account.store.all("webhook_endpoint");
  const owed = [...account.outbox.all()];
  return (
    <section class="card">
      <h2>Webhook endpoints</h2>
      {endpoints.length === 0 && <p>None. Start with --webhook URL, or create one through the API.</p>}
      <ul class="rows">
        {endpoints.map(({ id, url, status, enabled_events }) => (
          <li>
            <span>
              {url} <span class="soft small">{id}</span>
            </span>
            <span class="small">
              {enabled_events.length === 1 && enabled_events[0] === "*"
                ? "every event"
                : enabled_events.join(", ")}
            </span>
            <span class="small">{owed.filter(({ endpoint }) => endpoint === id).length} owed</span>
            <span class={`pill ${status === "enabled" ? "" : "warn"}`}>{status}</span>
          </li>
        ))}
      </ul>
    </section>
  );
};

const Deliveries = ({ entries }: { entries: LogEntry[] }) => (
  <section class="card">
    <h2>Last deliveries</h2>
    {entries.length === 0 && <p class="soft">Nothing yet.</p>}
    <ul class="rows small">
      {entries.map((entry) => (
        <li>
          <span>
            <time>{time(entry.at)}</time> <strong>{entry.type}</strong>{" "}
            <a href={`/_local/log?event=${entry.event}`}>{entry.event}</a>
          </span>
          <span class="soft">
            {entry.url}, attempt {entry.attempt}
            {entry.weather && `, ${entry.weather}`}
          </span>
          <Outcome status={entry.status} words={entry.error ?? `${entry.status} in ${entry.ms} ms`} />
        </li>
      ))}
    </ul>
  </section>
);

const Requests = ({ entries }: { entries: RequestEntry[] }) => (
  <section class="card">
    <h2>Last requests to the API</h2>
    {entries.length === 0 && <p class="soft">Nothing yet.</p>}
    <ul class="rows small">
      {entries.map(({ at, method, path, status, ms, id }) => (
        <li>
          <span>
            <time>{time(at)}</time> <strong>{method}</strong> {path}
          </span>
          <span class="soft">{id}</span>
          <Outcome status={status} words={`${status} in ${ms} ms`} />
        </li>
      ))}
    </ul>
  </section>
);

const Outcome = ({ status, words }: { status: number | null; words: string }) => (
  <span class={`pill ${status !== null && status < 300 ? "" : "bad"}`}>{words}</span>
);

const time = (ms: number) => new Date(ms).toISOString().slice(11, 23);
