import type { Account } from "../account.ts";
import { type Hash, isHash } from "../hash.ts";
import { isKind, type Kind, kindOf } from "../kinds.ts";
import { deleted } from "./endpoint.ts";
import { ApiError } from "./errors.ts";
import { inVersion } from "./versions.ts";

/** What an expansion goes by: `path` is all of it, as the request named it. */
type Expansion = { account: Account; version: string; path: string };

/**
 * A kept object as it goes over the wire: dressed in an API version, with objects in place of ids where `expand` says
 * so, and long lists cut. https://docs.stripe.com/api/expanding_objects
 * @throws ApiError for a path that leads nowhere or too deep
 */
export function present(
  account: Account,
  object: object,
  { version, expand = [] }: { version: string; expand?: string[] },
): object {
  let shown = inVersion(account, object, version);
  for (const path of expand) shown = expanded({ account, version, path }, shown, pathOf(path));
  return cut(shown);
}

const DEEPEST = 4;

function pathOf(path: string): string[] {
  const names = path.slice(0, 500).split(".");
  if (names.length <= DEEPEST) return names;
  throw ApiError.invalid(
    `You cannot expand more than ${DEEPEST} levels of a property. Property: ${path.slice(0, 200)}`,
    { param: "expand" },
  );
}

function expanded(how: Expansion, node: Hash, [name = "", ...rest]: string[]): Hash {
  const value = Object.hasOwn(node, name) ? node[name] : included(how, node, name);
  const shown = { ...node, [name]: opened(how, name, value, rest) };
  ASKED_FOR.set(shown, [...(ASKED_FOR.get(node) ?? []), name]);
  return shown;
}

/** Kept with their object, but shown only when `expand` names them. */
const HIDDEN: Partial<Record<Kind, string[]>> = { coupon: ["applies_to"], price: ["tiers"] };

/** What `expand` named of an object that is on its way out. */
const ASKED_FOR = new WeakMap<Hash, string[]>();

function isShown(node: Hash, name: string): boolean {
  const { object } = node;
  const hidden = typeof object === "string" && isKind(object) ? HIDDEN[object] : undefined;
  return !hidden?.includes(name) || (ASKED_FOR.get(node) ?? []).includes(name);
}

/** What was an id, or ids, as objects, the next name of the path within them. Nothing stays nothing. */
function opened(how: Expansion, name: string, value: unknown, rest: string[]): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => opened(how, name, item, rest));
  const object = typeof value === "string" ? behind(how, name, value) : value;
  if (isHash(object)) return rest.length === 0 ? object : expanded(how, object, rest);
  if (object === null || object === undefined || typeof object === "string") return object;
  throw cannotExpand(how.path);
}

/** The object behind an id; the id itself if there is none. */
function behind({ account, version, path }: Expansion, name: string, id: string): Hash | string {
  // Those two may have ids of their owner's own.
  const kind = kindOf(id) ?? (name === "coupon" || name === "product" ? name : undefined);
  if (!kind) throw cannotExpand(path);
  const object = account.store.get(kind, id);
  if (object) return inVersion(account, object, version);
  return account.store.isGone(kind, id) ? deleted(kind, id) : id;
}

const cannotExpand = (path: string, hint = "") =>
  ApiError.invalid(`This property cannot be expanded (${path.slice(0, 200)}).${hint}`, { param: "expand" });

/** A property that is there only when it is asked for. */
type Include = (account: Account, object: Hash) => unknown;

const INCLUDES: Partial<Record<Kind, Record<string, Include>>> = {};

/** Lets a property be asked for with `expand`: `includes("checkout.session", "line_items", (account, session) => …)`. */
export function includes(kind: Kind, name: string, include: Include): void {
  INCLUDES[kind] = { ...INCLUDES[kind], [name]: include };
}

function included({ account, version, path }: Expansion, node: Hash, name: string): unknown {
  const { object } = node;
  if (object === "list") throw cannotExpand(path, ` You may want to try expanding 'data.${path}' instead.`);
  if (typeof object === "string" && isKind(object) && HIDDEN[object]?.includes(name)) return undefined;
  const known = typeof object === "string" && isKind(object) ? INCLUDES[object] : undefined;
  const include = known && Object.hasOwn(known, name) ? known[name] : undefined;
  if (!include) throw cannotExpand(path);
  const value = include(account, node);
  return isHash(value) ? inVersion(account, value, version) : value;
}

/** Lists inside of objects show their first ten; the rest has an endpoint of its own. */
const SHOWN = 10;

function cut(object: Hash, within: unknown = "list"): Hash {
  const shown: Hash = {};
  for (const [name, part] of Object.entries(object)) {
    if (isShown(object, name)) shown[name] = cutWithin(part, object.object);
  }
  const isPart = object.object === "list" && within !== "list";
  if (!isPart || !Array.isArray(shown.data) || shown.data.length <= SHOWN) return shown;
  return { ...shown, data: shown.data.slice(0, SHOWN), has_more: true };
}

function cutWithin(value: unknown, within: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => cutWithin(item, within));
  return isHash(value) ? cut(value, within) : value;
}
