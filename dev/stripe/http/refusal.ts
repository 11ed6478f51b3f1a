import { inspect } from "node:util";
import type * as z from "zod";
import { ApiError } from "./errors.ts";

type Issue = z.core.$ZodIssue;

/** What is wrong with parameters, in Stripe's words: what it does not know first, then the first that is wrong. */
export function refusal(issues: Issue[], given: unknown): ApiError {
  const flat = issues.map(withinUnion);
  const unknown = flat.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => bracketed([...issue.path, key])) : [],
  );
  if (unknown.length > 0) return ApiError.unknownParams(unknown);
  const [issue] = flat;
  if (issue?.code === "invalid_key") {
    const message = issue.issues[0]?.message ?? issue.message;
    return ApiError.invalid(message, { param: bracketed(issue.path.slice(0, -1)) });
  }
  const path = issue?.path ?? [];
  const param = bracketed(path);
  const at = path.reduce<unknown>((value, key) => (isHash(value) ? value[String(key)] : undefined), given);
  if (at === undefined) {
    return ApiError.invalid(`Missing required param: ${param}.`, { param, code: "parameter_missing" });
  }
  const { message, code } = issue ? said(issue, param, at) : { message: `Invalid ${param}` };
  return ApiError.invalid(message, { param, ...(code ? { code } : {}) });
}

function said(issue: Issue, param: string, given: unknown): { message: string; code?: string } {
  if (given === "") {
    const message = `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`;
    return { message, code: "parameter_invalid_empty" };
  }
  if (issue.code === "invalid_type") {
    if (issue.expected === "array") return { message: "Invalid array" };
    if (issue.expected === "object" || issue.expected === "record") return { message: "Invalid object" };
    if (issue.message.startsWith("Invalid input")) return { message: `Invalid string: ${shown(given)}` };
  }
  if (issue.code === "too_big" && issue.origin === "string" && issue.message.startsWith("Too big")) {
    return { message: `Invalid string: ${shown(given)}; must be at most ${issue.maximum} characters` };
  }
  const { message } = issue;
  if (message.startsWith("Invalid integer")) return { message, code: "parameter_invalid_integer" };
  return {
    message: /^(Invalid|This value|Metadata) /.test(message) ? message : `Invalid ${param}: ${message}`,
  };
}

/** Of a value that may be this or that: what is wrong with what it is most likely meant to be. */
function withinUnion(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const [best] = issue.errors
    .flat()
    .map((inner): Issue => withinUnion({ ...inner, path: [...issue.path, ...inner.path] }))
    .sort((one, other) => likelihood(other) - likelihood(one));
  return best ?? issue;
}

function likelihood({ code, path }: Issue): number {
  const guess = code === "invalid_type" || code === "invalid_value" ? 0 : 1;
  return 2 * path.length + guess + (code === "unrecognized_keys" ? 1 : 0);
}

/** A value as an error shows it: short, and a hash as Ruby has it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return shortened(value);
  return shortened(inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY }));
}

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 30)}...${text.slice(-30)}` : text);

const isHash = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const bracketed = ([first = "", ...rest]: PropertyKey[]) =>
  String(first) + rest.map((key) => `[${String(key)}]`).join("");
