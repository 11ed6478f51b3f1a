// One token of JSON, or nothing where the text is no JSON. https://www.rfc-editor.org/rfc/rfc8259
const TOKEN =
  /[ \t\r\n]*([{}[\]:,]|"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)\b)/y;

type Expected = "value" | "value or ]" | "key" | "key or }" | ":" | ", or end";

/**
 * Where a text stops being JSON, for V8 names the place in only some of its messages.
 * @returns the offset of the first thing that does not belong; the text's length if it ends too early
 */
function errorOffset(text: string): number {
  const open: string[] = [];
  let expected: Expected = "value";
  let offset = 0;
  for (;;) {
    if (open.length === 0 && expected === ", or end") return skipSpace(text, offset);
    TOKEN.lastIndex = offset;
    const token = TOKEN.exec(text)?.[1];
    const next: Expected | undefined = token === undefined ? undefined : step(token, expected, open);
    if (next === undefined) return skipSpace(text, offset);
    expected = next;
    offset = TOKEN.lastIndex;
  }
}

/** What may follow a token, or undefined if the token was not expected itself. Keeps the stack of open brackets. */
function step(token: string, expected: Expected, open: string[]): Expected | undefined {
  switch (token) {
    case "{":
    case "[":
      if (!expected.startsWith("value")) return undefined;
      open.push(token);
      return token === "{" ? "key or }" : "value or ]";
    case "}":
      return (expected === "key or }" || expected === ", or end") && open.pop() === "{"
        ? ", or end"
        : undefined;
    case "]":
      return (expected === "value or ]" || expected === ", or end") && open.pop() === "["
        ? ", or end"
        : undefined;
    case ":":
      return expected === ":" ? "value" : undefined;
    case ",":
      if (expected !== ", or end") return undefined;
      return open.at(-1) === "{" ? "key" : "value";
    default:
      if (expected.startsWith("key")) return token.startsWith('"') ? ":" : undefined;
      return expected.startsWith("value") ? ", or end" : undefined;
  }
}

function skipSpace(text: string, from: number): number {
  const rest = text.slice(from).search(/[^ \t\r\n]/);
  return rest === -1 ? text.length : from + rest;
}

/** Line and column of the first error in a text that `JSON.parse` refused. Both count from 1. */
export function locateJsonError(text: string): { line: number; column: number } {
  const before = text.slice(0, errorOffset(text));
  return { line: before.split("\n").length, column: before.length - before.lastIndexOf("\n") };
}
