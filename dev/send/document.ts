import type { Readable } from "node:stream";
import { locateJsonError } from "./json-error";

/** Something to send: the body exactly as it goes out, and what is known about it for the report. */
export type EventToSend = {
  /** The file, and the place in it if it holds several: `invoices.json[2]`, `march.jsonl:17`. */
  where: string;
  body: string | Uint8Array<ArrayBuffer>;
  id: string | undefined;
  type: string | undefined;
};

/** Something that cannot be sent, and why. */
export type Unreadable = { where: string; why: string };

/**
 * Reads the events of one stream: one object, an array, or JSON lines. Lines are read one at a time, so a file of them
 * may be larger than memory. A stream that holds exactly one object is a raw body, and its bytes go out as they stand.
 * @param name what to call the stream in the report
 */
export async function* readDocument(
  stream: Readable,
  name: string,
): AsyncGenerator<EventToSend | Unreadable> {
  const lines = linesOf(stream);
  const first = await takeUntilText(lines);
  if (!looksLikeAnObject(first.text)) {
    const rest: Buffer[] = [];
    for await (const line of lines) rest.push(line);
    yield* wholeDocument(Buffer.concat([...first.bytes, ...rest]), name);
    return;
  }
  const second = await takeUntilText(lines);
  if (second.text === "") {
    yield* wholeDocument(Buffer.concat([...first.bytes, ...second.bytes]), name);
    return;
  }
  let number = first.bytes.length;
  yield* oneLine(first.text, `${name}:${number}`);
  number += second.bytes.length;
  yield* oneLine(second.text, `${name}:${number}`);
  for await (const line of lines) yield* oneLine(textOf(line), `${name}:${++number}`);
}

/** Cuts a stream into lines, each with its line feed. */
async function* linesOf(stream: Readable): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  for await (const chunk of stream) {
    let rest = Buffer.from(chunk);
    for (let end = rest.indexOf("\n"); end !== -1; end = rest.indexOf("\n")) {
      yield Buffer.concat([...begun, rest.subarray(0, end + 1)]);
      begun = [];
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) begun.push(rest);
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}

/** Takes lines up to the first that is not blank; its text is empty if there is none. */
async function takeUntilText(lines: AsyncGenerator<Buffer>): Promise<{ text: string; bytes: Buffer[] }> {
  const bytes: Buffer[] = [];
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    bytes.push(next.value);
    const text = textOf(next.value);
    if (text !== "") return { text, bytes };
  }
  return { text: "", bytes };
}

/** Whether a line looks like a whole event, so that the ones after it are others. */
const looksLikeAnObject = (line: string) => line.startsWith("{") && line.endsWith("}");

function* oneLine(line: string, where: string): Generator<EventToSend | Unreadable> {
  if (line === "") return;
  const parsed = parse(line, where);
  yield "why" in parsed ? parsed : toSend(parsed.value, where, (event) => JSON.stringify(event));
}

function* wholeDocument(bytes: Buffer<ArrayBuffer>, name: string): Generator<EventToSend | Unreadable> {
  const text = textOf(bytes);
  if (text === "") {
    yield { where: name, why: "is empty." };
    return;
  }
  const parsed = parse(withoutMark(bytes).toString(), name);
  if ("why" in parsed) yield parsed;
  else if (Array.isArray(parsed.value))
    for (const [index, value] of parsed.value.entries())
      yield toSend(value, `${name}[${index}]`, (event) => JSON.stringify(event));
  else yield toSend(parsed.value, name, () => withoutMark(bytes));
}

function parse(json: string, where: string): { value: unknown } | Unreadable {
  try {
    return { value: JSON.parse(json) };
  } catch {
    const { line, column } = locateJsonError(json);
    return { where, why: `is not JSON${line > 1 ? `: line ${line},` : ":"} column ${column}.` };
  }
}

function toSend(
  value: unknown,
  where: string,
  bodyOf: (event: object) => EventToSend["body"],
): EventToSend | Unreadable {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { where, why: "is not an event, which is a JSON object." };
  return { where, body: bodyOf(value), id: wordIn(value, "id"), type: wordIn(value, "type") };
}

function wordIn(value: object, field: string): string | undefined {
  const found: unknown = Reflect.get(value, field);
  return typeof found === "string" ? found : undefined;
}

/** The mark that some Windows editors put first. Whoever decodes a body drops it, and then the signature is wrong. */
const BYTE_ORDER_MARK = Buffer.from("\ufeff");

const withoutMark = (bytes: Buffer<ArrayBuffer>) =>
  bytes.indexOf(BYTE_ORDER_MARK) === 0 ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;

/** JavaScript's white space holds the byte order mark, so `trim` takes that away too. */
const textOf = (bytes: Buffer) => bytes.toString().trim();
