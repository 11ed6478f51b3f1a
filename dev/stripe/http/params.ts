import qs from "qs";
import { z } from "zod";
import { ApiError } from "./errors.ts";

/**
 * The parameters of a request. They come as a form whose names have brackets, where everything is a string; each
 * endpoint says with a schema which it knows, and the rest is refused as Stripe refuses it.
 */
export function parseForm(form: string): Record<string, unknown> {
  return qs.parse(form, { depth: 12, arrayLimit: 1000, parameterLimit: 20_000, ignoreQueryPrefix: true });
}

/**
 * The schema of an endpoint's parameters: `params<Stripe.CustomerCreateParams>()({ email: text })`. A name that the SDK
 * does not have does not compile. `expand` is read elsewhere, for every endpoint alike.
 */
export const params =
  <Known extends object>() =>
  <Shape extends { [Name in keyof Shape]: Name extends keyof Known ? z.ZodType : never }>(shape: Shape) =>
    z.strictObject(shape);

/** A schema for a hash inside of the parameters. */
export const hash = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape);

/** A list, also in the form of numbered names: `phases[0]`, `phases[1]`. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z.preprocess(
    (given) =>
      given === ""
        ? []
        : typeof given === "object" && given !== null && !Array.isArray(given)
          ? Object.values(given)
          : given,
    z.array(item),
  );

export const text = z.string().max(5000);

export const integer = z
  .string()
  .regex(/^-?\d{1,12}$/, { error: (issue) => `Invalid integer: ${String(issue.input)}` })
  .transform(Number);

export const decimal = z.string().regex(/^-?\d+(\.\d{1,12})?$/, {
  error: (issue) => `Invalid decimal: ${String(issue.input)}; must be a number`,
});

export const flag = z
  .enum(["true", "false"], { error: (issue) => `Invalid boolean: ${String(issue.input)}` })
  .transform((word) => word === "true");

/** Epoch seconds. */
export const timestamp = integer;

/** Epoch seconds, or the word `now`. */
export const timestampOrNow = z.union([z.literal("now"), timestamp]);

export const oneOf = <const Words extends readonly string[]>(...words: Words) =>
  z.enum(words, {
    error: () =>
      `must be one of ${words.slice(0, -1).join(", ")}${words.length > 1 ? ", or " : ""}${words.at(-1)}`,
  });

/** A value that an empty string unsets: null then. */
export const unsettable = <Value extends z.ZodType>(value: Value) =>
  z.union([z.literal("").transform(() => null), value]);

/** `metadata`: an empty value removes its key, an empty string all of them (null). */
export const metadata = unsettable(z.record(z.string().max(40), z.string().max(500)));

/** Metadata as it is after a change. https://docs.stripe.com/api/metadata */
export function mergeMetadata(
  before: Record<string, string>,
  given: Record<string, string> | null | undefined,
): Record<string, string> {
  if (given === undefined) return before;
  if (given === null) return {};
  const merged = { ...before, ...given };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ""));
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

/** What every list takes. https://docs.stripe.com/api/pagination */
export const paging = {
  limit: integer.pipe(z.number().min(1, "must be 1 or more").max(100, "must be 100 or less")).optional(),
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
  throw refusal(parsed.error.issues[0], given);
}

function refusal(issue: z.core.$ZodIssue | undefined, given: unknown): ApiError {
  const path = (issue?.path ?? []).map(String);
  if (issue?.code === "unrecognized_keys") {
    const param = bracketed([...path, issue.keys[0] ?? ""]);
    return ApiError.invalid(`Received unknown parameter: ${param}`, { param, code: "parameter_unknown" });
  }
  if (issue?.code === "invalid_union") {
    const deepest = issue.errors.flat().sort((one, other) => other.path.length - one.path.length)[0];
    if (deepest) return refusal({ ...deepest, path: [...path, ...deepest.path] }, given);
  }
  const param = bracketed(path);
  const at = path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), given);
  if (at === undefined) {
    return ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });
  }
  const said = issue?.message ?? "is not valid";
  const code = said.startsWith("Invalid integer") ? { code: "parameter_invalid_integer" } : {};
  return ApiError.invalid(said.startsWith("Invalid ") ? said : `Invalid ${param}: ${said}`, {
    param,
    ...code,
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const bracketed = ([first = "", ...rest]: string[]) => first + rest.map((key) => `[${key}]`).join("");
