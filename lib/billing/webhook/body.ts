/** Stripe's events are well below this: list fields are cut at ten entries. */
export const MAX_BODY_BYTES = 1024 * 1024;

export class BodyTooLarge extends Error {
  override name = "BodyTooLarge";
}

/**
 * The same request with a body that ends in BodyTooLarge as soon as it passes the limit. A declared length that passes it
 * throws at once, before a byte is read; an undeclared or false one is counted while it streams in.
 * @throws BodyTooLarge here, or out of `text()`
 */
export function boundBody(request: Request, limit = MAX_BODY_BYTES): Request {
  if (Number(request.headers.get("content-length")) > limit) throw new BodyTooLarge();
  if (request.body === null) return request;
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > limit) controller.error(new BodyTooLarge());
      else controller.enqueue(chunk);
    },
  });
  const init: RequestInit & { duplex: "half" } = {
    method: request.method,
    headers: request.headers,
    body: request.body.pipeThrough(counter),
    duplex: "half",
  };
  return new Request(request.url, init);
}
