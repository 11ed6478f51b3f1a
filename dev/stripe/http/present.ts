import type { Account } from "../account.ts";
import { isKind, type Kind, kindOf } from "../kinds.ts";
import { deleted } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { inVersion } from "./versions.ts";

type Hash = Record<string, unknown>;

const isHash = (value: unknown): value is Hash =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A kept object as it goes over the wire: ids become objects where `expand` says so, long lists are cut, and all of it
 * is dressed in an API version. https://docs.stripe.com/api/expanding_objects
 * @throws ApiError for a path that leads nowhere or too deep
 */
export function present(
  account: Account,
  object: object,
  { version, expand = [] }: { version: string; expand?: string[] },
): object {
  let shown: Hash = { ...object };
  for (const path of expand) shown = expanded(account, shown, path.split("."), path);
  return inVersion(account, cut(shown), version);
}

const DEEPEST = 4;

function expanded(account: Account, node: Hash, [name = "", ...rest]: string[], path: string): Hash {
  if (path.split(".").length > DEEPEST) {
    throw ApiError.invalid(`You cannot expand more than ${DEEPEST} levels of a property. Property: ${path}`, {
      param: "expand",
    });
  }
  const value = Object.hasOwn(node, name) ? node[name] : included(account, node, name, path);
  const opened = open(account, value, path);
  return { ...node, [name]: rest.length === 0 ? opened : deeper(account, opened, rest, path) };
}

function deeper(account: Account, value: unknown, rest: string[], path: string): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown) => deeper(account, open(account, item, path), rest, path));
  return isHash(value) ? expanded(account, value, rest, path) : value;
}

/** The object behind an id. What is an object already, or nothing, stays as it is. */
function open(account: Account, value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => open(account, item, path));
  if (typeof value !== "string") {
    if (isHash(value) || value === null) return value;
    throw cannotExpand(path);
  }
  const kind = kindOf(value);
  if (!kind) throw cannotExpand(path);
  const object = account.store.get(kind, value);
  if (object) return { ...object };
  return account.store.isGone(kind, value) ? deleted(kind, value) : value;
}

const cannotExpand = (path: string, hint = "") =>
  ApiError.invalid(`This property cannot be expanded (${path.slice(0, 200)}).${hint}`, { param: "expand" });

/** Properties that are there only when they are asked for, by the kind of object. */
type Include = (account: Account, object: Hash) => unknown;

const INCLUDES: Partial<Record<Kind, Record<string, Include>>> = {};

/** Lets a property be asked for with `expand`: `includes("checkout.session", "line_items", (account, session) => …)`. */
export function includes(kind: Kind, name: string, include: Include): void {
  INCLUDES[kind] = { ...INCLUDES[kind], [name]: include };
}

function included(account: Account, node: Hash, name: string, path: string): unknown {
  const { object } = node;
  if (object === "list") throw cannotExpand(path, ` You may want to try expanding 'data.${path}' instead.`);
  const known = typeof object === "string" && isKind(object) ? INCLUDES[object] : undefined;
  const include = known && Object.hasOwn(known, name) ? known[name] : undefined;
  if (!include) throw cannotExpand(path);
  return include(account, node);
}

/** Lists inside of objects show their first ten; the rest has an endpoint of its own. */
const SHOWN = 10;

function cut(object: Hash, within: unknown = "list"): Hash {
  const shown: Hash = {};
  for (const [name, part] of Object.entries(object)) shown[name] = cutWithin(part, object.object);
  const isPart = object.object === "list" && within !== "list";
  if (!isPart || !Array.isArray(shown.data) || shown.data.length <= SHOWN) return shown;
  return { ...shown, data: shown.data.slice(0, SHOWN), has_more: true };
}

function cutWithin(value: unknown, within: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => cutWithin(item, within));
  return isHash(value) ? cut(value, within) : value;
}
