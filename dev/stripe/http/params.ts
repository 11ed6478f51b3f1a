import * as z from "zod";
import { ApiError } from "./errors.ts";
import { refusal, shown } from "./refusal.ts";

/**
 * The schema of an endpoint's parameters: `params<Stripe.CustomerCreateParams>()({ email: text })`. They come as
 * http/form.ts read them, where everything but hashes is a string; what the schema does not know is refused. A name that
 * the SDK does not have does not compile. `expand` is read elsewhere, for every endpoint alike.
 */
export const params =
  <Known extends object>() =>
  <Shape extends { [Name in keyof Shape]: Name extends keyof Known ? z.ZodType : never }>(shape: Shape) =>
    z.strictObject(shape);

/** A schema for a hash inside of the parameters. */
export const hash = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape);

/** A list. It comes as a hash whose names are numbers, in any order; an empty string is an empty list. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((given) => (given === "" ? [] : isNumbered(given) ? inOrder(given) : given), z.array(item));

function isNumbered(given: unknown): given is Record<string, unknown> {
  if (typeof given !== "object" || given === null) return false;
  return Object.keys(given).every((key) => /^\d+$/.test(key));
}

const inOrder = (given: Record<string, unknown>) =>
  Object.entries(given)
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([, item]) => item);

/** Not empty: what an empty string unsets is `unsettable(text)`. */
export const text = z.string().min(1).max(5000);

const invalid = (what: string) => ({
  error: (issue: { input?: unknown }) => `Invalid ${what}: ${shown(issue.input)}`,
});

export const integer = z
  .string(invalid("integer"))
  .regex(/^[+-]?\d{1,15}$/, invalid("integer"))
  .transform(Number);

export const decimal = z.string(invalid("decimal")).regex(/^-?\d{1,15}(\.\d{1,12})?$/, invalid("decimal"));

export const flag = z.enum(["true", "false"], invalid("boolean")).transform((word) => word === "true");

export const timestamp = integer.describe("Epoch seconds.");

/** Epoch seconds, or the word `now`. */
export const timestampOrNow = z.union([z.literal("now"), timestamp]);

export const oneOf = <const Words extends readonly string[]>(...words: Words) =>
  z.enum(words, {
    error: () =>
      `must be one of ${words.slice(0, -1).join(", ")}${words.length > 1 ? ", or " : ""}${words.at(-1)}`,
  });

/** What metadata may hold: how many keys, and how many characters. */
const METADATA = { keys: 50, key: 40, value: 500 };

/** A value that an empty string unsets: null then. */
export const unsettable = <Value extends z.ZodType>(value: Value) =>
  z.preprocess((given) => (given === "" ? null : given), value.nullable());

/** A limit of metadata that was passed, in the words for keys and values alike. */
const tooLong = (what: string, most: number) => ({
  error: ({ input }: { input?: unknown }) =>
    `Metadata ${what}s can have up to ${most} characters, but you passed in a ${what} that is ${String(input).length} characters. Invalid ${what}: ${shown(input)}`,
});

/**
 * `metadata`: an empty value removes its key, an empty string all of them (null).
 * https://docs.stripe.com/api/metadata
 */
export const metadata = unsettable(
  z.record(
    z
      .string()
      .max(METADATA.key, tooLong("key", METADATA.key))
      .regex(/^[^[\]]+$/, "Metadata keys cannot be empty, nor contain square brackets."),
    z.string().max(METADATA.value, tooLong("value", METADATA.value)),
  ),
);

/**
 * Metadata as it is after a change.
 * @throws ApiError 400 if that has too many keys
 */
export function mergeMetadata(
  before: Record<string, string>,
  given: Record<string, string> | null | undefined,
): Record<string, string> {
  if (given === undefined) return before;
  if (given === null) return {};
  const merged = Object.entries({ ...before, ...given }).filter(([, value]) => value !== "");
  if (merged.length > METADATA.keys) {
    throw ApiError.invalid(
      `Metadata can have up to ${METADATA.keys} keys, but you've set ${merged.length}.`,
      { param: "metadata" },
    );
  }
  return Object.fromEntries(merged);
}

type Defined<Given> = { [Name in keyof Given]?: Exclude<Given[Name], undefined> };

/** Only what was given: a parameter that is absent changes nothing. */
export function defined<Given extends object>(given: Given): Defined<Given>;
export function defined(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** `created` of a list: one moment, or its bounds. */
export const range = z.union([
  timestamp.transform((at) => ({ gte: at, lte: at })),
  z.strictObject({
    gt: timestamp.optional(),
    gte: timestamp.optional(),
    lt: timestamp.optional(),
    lte: timestamp.optional(),
  }),
]);

export type Range = z.output<typeof range>;

export function isWithin(at: number, bounds: Range | undefined): boolean {
  if (!bounds) return true;
  const { gt, gte, lt, lte } = { gt: undefined, lt: undefined, ...bounds };
  return (
    (gt === undefined || at > gt) &&
    (gte === undefined || at >= gte) &&
    (lt === undefined || at < lt) &&
    (lte === undefined || at <= lte)
  );
}

/** An integer within bounds. */
export function between(least: number, most: number) {
  const says = (bound: string, limit: number) => ({
    error: ({ input }: { input?: unknown }) =>
      `This value must be ${bound} than or equal to ${limit} (it currently is '${String(input)}').`,
  });
  return integer.pipe(z.number().min(least, says("greater", least)).max(most, says("less", most)));
}

/** What every list takes. https://docs.stripe.com/api/pagination */
export const paging = {
  limit: between(1, 100).optional(),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

/**
 * Reads the parameters by an endpoint's schema.
 * @throws ApiError 400, in Stripe's words, for the first that is wrong
 */
export function readParams<Schema extends z.ZodType>(
  schema: Schema,
  given: Record<string, unknown>,
): z.output<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error.issues, given);
}
