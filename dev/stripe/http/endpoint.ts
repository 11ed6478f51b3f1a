import type * as z from "zod";
import type { Account } from "../account.ts";
import type { Kind, Kinds } from "../kinds.ts";
import { ApiError } from "./errors.ts";
import { readParams } from "./params.ts";

/** One request, its key accepted. */
export type Request = {
  account: Account;
  /** The part of the path that stands for `:id`. */
  id: string;
  /** Another part of the path, by its name. */
  part(name: string): string;
  /** The path that was asked for: a list names it. */
  path: string;
  /** The API version that the request goes by. */
  version: string;
  /** Whether the request named it. Without a name it goes by the account's. */
  namesVersion: boolean;
};

export type Call<Params> = Request & { params: Params };

export type Method = "GET" | "POST" | "DELETE";

export type Endpoint = {
  method: Method;
  /** As Hono has it: `/v1/customers/:id`. */
  path: string;
  /**
   * Reads the parameters, and returns the work. What that returns still has ids where `expand` may want objects.
   * @throws ApiError before anything has begun
   */
  read(form: Record<string, unknown>): (request: Request) => object;
};

/**
 * An endpoint of the API: a method and a path, the schema of its parameters, and what it does. What it does runs
 * synchronously, and says no before it changes anything; it returns the object as kept, which http/present.ts expands
 * and dresses in the version of the request.
 */
export function endpoint<Schema extends z.ZodType>(
  method: Method,
  path: string,
  schema: Schema,
  handle: (call: Call<z.output<Schema>>) => object,
): Endpoint {
  return {
    method,
    path,
    read(form) {
      const params = readParams(schema, form);
      return (request) => handle({ ...request, params });
    },
  };
}

/**
 * The object that an id names.
 * @param param the parameter that named it; absent when the path did
 * @throws ApiError resource_missing
 */
export function found<K extends Kind>(account: Account, kind: K, id: string, param?: string): Kinds[K] {
  const object = account.store.get(kind, id);
  if (!object) throw ApiError.noSuch(WORDS[kind] ?? kind.replace(/^.*\./, ""), id, param);
  return object;
}

/** The words of Stripe's errors where they are not the object's own. */
const WORDS: Partial<Record<Kind, string>> = {
  payment_method: "PaymentMethod",
  promotion_code: "promotion code",
  "checkout.session": "checkout.session",
};

/** What Stripe answers to a deletion, and from then on to a look at what was deleted. */
export const deleted = (object: string, id: string) => ({ id, object, deleted: true as const });

type Paging = {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
};

/**
 * One page of a list, which comes in with the newest first. https://docs.stripe.com/api/pagination
 * @throws ApiError for a cursor that is not in the list
 */
export function page<Item extends { id: string }>(
  { path }: Pick<Request, "path">,
  items: Item[],
  { limit = 10, starting_after, ending_before }: Paging,
) {
  const at = (cursor: string, param: string) => {
    const index = items.findIndex(({ id }) => id === cursor);
    if (index < 0) throw ApiError.noSuch("object", cursor, param);
    return index;
  };
  let from = starting_after === undefined ? 0 : at(starting_after, "starting_after") + 1;
  let to = Math.min(from + limit, items.length);
  let has_more = to < items.length;
  if (ending_before !== undefined) {
    to = at(ending_before, "ending_before");
    from = Math.max(0, to - limit);
    has_more = from > 0;
  }
  return { object: "list" as const, url: path, has_more, data: items.slice(from, to) };
}

/** The lists that are part of an object, such as a subscription's items, whole. http/present.ts cuts them to ten. */
export const apiList = <Item>(url: string, data: Item[]) => ({
  object: "list" as const,
  url,
  has_more: false,
  data,
});
