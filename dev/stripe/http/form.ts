import qs from "qs";
import { ApiError } from "./errors.ts";

/** More than anything that Stripe takes has. */
const MOST_PARAMS = 10_000;

/** How long a body may be, in bytes. */
export const LONGEST_BODY = 1024 * 1024;

/**
 * The parameters of a form whose names have brackets: hashes all the way down, where everything else is a string. Lists
 * are hashes too, whose names are numbers, for only a schema knows whether `metadata[0]` is one.
 * @throws ApiError 400 for what is no form
 */
export function parseForm(form: string): Record<string, unknown> {
  const pairs = form.split("&").filter((pair) => pair !== "");
  if (pairs.length > MOST_PARAMS) throw ApiError.invalid(`Too many parameters: ${pairs.length}.`);
  const read = pairs.map(readPair);
  return qs.parse(
    numberHashes(read)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join("&"),
    // Lists become hashes; names that every JavaScript object has are names like any other; the last of two wins.
    { arrayLimit: -1, plainObjects: true, duplicates: "last", depth: 12, parameterLimit: MOST_PARAMS },
  );
}

type Pair = [name: string, value: string];

function readPair(pair: string): Pair {
  const at = pair.indexOf("=");
  const name = decode(at < 0 ? pair : pair.slice(0, at));
  // qs leaves this one out; Stripe knows no parameter of that name.
  if (/(^|\[)__proto__(\]|\[|$)/.test(name)) throw ApiError.unknownParams([name]);
  return [name, at < 0 ? "" : decode(pair.slice(at + 1))];
}

const decode = (encoded: string) => decodePart(encoded.replaceAll("+", " "));

/**
 * What stands in a URL or a form, as text.
 * @throws ApiError 400 for broken %-encoding and NUL bytes
 */
export function decodePart(encoded: string): string {
  let text: string;
  try {
    text = decodeURIComponent(encoded);
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw ApiError.invalid(`Invalid %-encoding (${encoded.slice(0, 100)})`);
  }
  if (text.includes("\0")) throw ApiError.invalid("Invalid string: it contains a NUL byte");
  return text;
}

/**
 * Numbers what has none: in `items[][price]=a&items[][quantity]=1&items[][price]=b` the second price begins the second
 * item. qs would take it for the first one's.
 */
function numberHashes(pairs: Pair[]): Pair[] {
  const lists = new Map<string, { at: number; seen: Set<string> }>();
  return pairs.map(([name, value]) => {
    const [, list, rest] = /^(.+?)\[\](\[.+)$/.exec(name) ?? [];
    if (list === undefined || rest === undefined) return [name, value];
    const counted = lists.get(list) ?? { at: 0, seen: new Set() };
    if (counted.seen.has(rest)) {
      counted.at++;
      counted.seen.clear();
    }
    if (!rest.endsWith("[]")) counted.seen.add(rest);
    lists.set(list, counted);
    return [`${list}[${counted.at}]${rest}`, value];
  });
}
