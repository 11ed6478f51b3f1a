/** The largest body that is read. Stripe's events are well below it: their lists are cut at ten entries. */
export const MAX_BODY_BYTES = 1024 * 1024;

export class BodyTooLarge extends Error {
  override name = "BodyTooLarge";
}

/** The sender went away, or sent bytes that are no text. */
export class BodyUnreadable extends Error {
  override name = "BodyUnreadable";
}

/**
 * The same request, whose body ends in BodyTooLarge as soon as it passes the limit. A declared length that passes it throws
 * at once, before a byte is read; one below it is the body's true length, for the server that took the request in reads so
 * many bytes and no more. A body of undeclared length is counted while it streams in, which costs as much as all the rest
 * of a webhook; and bytes of it that `text()` would replace or drop end in BodyUnreadable.
 * @throws BodyTooLarge here; BodyTooLarge or BodyUnreadable out of `text()`
 */
export function boundBody(request: Request, limit = MAX_BODY_BYTES): Request {
  const declared = declaredLength(request);
  if (declared !== null && declared > limit) throw new BodyTooLarge();
  if (declared !== null || request.body === null) return request;
  const init: RequestInit & { duplex: "half" } = {
    method: request.method,
    headers: request.headers,
    body: request.body.pipeThrough(guard(limit)),
    duplex: "half",
  };
  return new Request(request.url, init);
}

/**
 * The text of a bounded request's body, as it is.
 * @throws BodyUnreadable if it has not as many bytes as were declared: `text()` replaces what is not UTF-8, and drops a byte
 * order mark
 */
export function asDeclared(request: Request, text: string): string {
  const declared = declaredLength(request);
  if (declared !== null && Buffer.byteLength(text) !== declared)
    throw new BodyUnreadable("The body is not the text that was declared.");
  return text;
}

function declaredLength(request: Request): number | null {
  const length = request.headers.get("content-length") ?? "";
  return /^\d+$/.test(length) ? Number(length) : null;
}

function guard(limit: number): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let bytes = 0;
  let isStart = true;
  const check = (decode: () => string) => {
    const text = decoded(decode);
    if (isStart && text.startsWith("\ufeff"))
      throw new BodyUnreadable("The body begins with a byte order mark.");
    isStart &&= text === "";
  };
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > limit) throw new BodyTooLarge();
      check(() => decoder.decode(chunk, { stream: true }));
      controller.enqueue(chunk);
    },
    flush: () => check(() => decoder.decode()),
  });
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch (cause) {
    throw new BodyUnreadable("The body is not UTF-8.", { cause });
  }
}

/** For a read that failed: what boundBody found stays, and anything else is the sender's connection. */
export function bodyFailed(error: unknown): never {
  if (error instanceof BodyTooLarge || error instanceof BodyUnreadable) throw error;
  throw new BodyUnreadable("The body did not arrive whole.", { cause: error });
}
