/** How a local Stripe is started. */
export type LocalStripeOptions = {
  /** Any free one if absent. */
  port?: number;
  /** Of ids and weather. */
  seed?: number;
  /** Of answers and events where nobody names another. */
  apiVersion?: string;
  /** Endpoints that are there from the beginning. One that the data file has, by its URL, is taken over. */
  webhooks?: WebhookOption[];
  /** Where the state is kept, so that it survives a restart. In memory alone if absent. */
  dataFile?: string;
  /** `calm`, `rough` or `storm`. */
  weather?: string;
  /** How many seconds pass in one, between the attempts at a delivery that fails: 3600 makes an hour a second. */
  timeScale?: number;
  /** Requests a second; any number if absent. */
  rateLimit?: number;
  /** How long a webhook endpoint may take to answer, in milliseconds. */
  webhookTimeoutMs?: number;
};

export type WebhookOption = {
  url: string;
  /** `whsec_…`; made up if absent. */
  secret?: string;
  /** Every event if absent. */
  events?: string[];
  /** Of its events; the account's if absent. */
  apiVersion?: string;
};
