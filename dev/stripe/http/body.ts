import type { HonoRequest } from "hono";
import { ApiError } from "./errors.ts";
import { LONGEST_BODY, parseForm } from "./form.ts";

/**
 * The parameters of a request: of its URL, and of its body if that is a form.
 * @throws ApiError 400 for another kind of body, 413 for one that is too long
 */
export async function readForm(request: HonoRequest): Promise<Record<string, unknown>> {
  const parts = [new URL(request.url).search.slice(1), await readBody(request)];
  return parseForm(parts.filter((part) => part !== "").join("&"));
}

async function readBody(request: HonoRequest): Promise<string> {
  if (request.method === "GET" || !request.raw.body) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // What is too long is read to its end, and not kept: a client that still writes would not see the answer.
    for await (const chunk of request.raw.body) {
      length += chunk.length;
      if (length <= LONGEST_BODY) chunks.push(chunk);
    }
  } catch {
    throw ApiError.invalid("Invalid request: its body ended early.");
  }
  if (length > LONGEST_BODY) throw ApiError.tooLong(LONGEST_BODY);
  const type = request.header("content-type") ?? "application/x-www-form-urlencoded";
  if (length > 0 && !/^application\/x-www-form-urlencoded\b/i.test(type)) throw ApiError.notAForm();
  return Buffer.concat(chunks).toString();
}
