import type { Account } from "../account.ts";

/** What the hosted pages know of the server around them. */
export type PageContext = {
  account: Account;
  /** Waits until every endpoint that asked for an event has answered to it, at most so many milliseconds. */
  untilAnswered(eventId: string, ms: number): Promise<void>;
  /** The weather between Stripe and the app: `calm`, `rough` or `storm`. */
  weather(): string;
};
