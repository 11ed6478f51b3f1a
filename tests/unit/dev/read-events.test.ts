import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readEvents } from "@/dev/send/sources";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "read-events-"));
});
afterEach(() => rm(folder, { recursive: true }));

const file = async (name: string, content: string | Uint8Array) => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};

/** What comes out, with file names instead of paths and bodies as text. */
async function read(...sources: string[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const item of readEvents(sources)) {
    const where = item.where.replace(`${folder}/`, "");
    found.push("why" in item ? { where, why: item.why } : { where, body: Buffer.from(item.body).toString() });
  }
  return found;
}

test("a file of one object is sent byte for byte, white space and all", async () => {
  const body = '\n{ "id": "evt_1",\t"type": "x",\r\n  "amount": 1.50, "name": "Zo\\u00eb é" }\n\n';
  expect(await read(await file("one.json", body))).toEqual([{ where: "one.json", body }]);
});

test("one object on one line, with its line feed, is a file of one object", async () => {
  expect(await read(await file("one.json", '{"id": "evt_1"}\n'))).toEqual([
    { where: "one.json", body: '{"id": "evt_1"}\n' },
  ]);
});

test("bytes that are not UTF-8 stay as they are", async () => {
  const bytes = Buffer.from('{"id":"evt_1","name":"\xe9"}', "latin1");
  for await (const item of readEvents([await file("latin1.json", bytes)]))
    expect("why" in item ? item.why : Buffer.from(item.body)).toEqual(bytes);
});

test("the byte order mark of a Windows editor is left out", async () => {
  expect(await read(await file("bom.json", '\ufeff{"id":"evt_1"}'))).toEqual([
    { where: "bom.json", body: '{"id":"evt_1"}' },
  ]);
});

test("an array is sent element by element", async () => {
  const events = await file("many.json", '[\n  { "id": "evt_1" },\n  { "id": "evt_2" }\n]\n');
  expect(await read(events)).toEqual([
    { where: "many.json[0]", body: '{"id":"evt_1"}' },
    { where: "many.json[1]", body: '{"id":"evt_2"}' },
  ]);
});

test("lines are sent one by one, and a bad one is named without holding up the rest", async () => {
  const lines = await file("many.jsonl", '{"id":"evt_1"}\n{"id":}\n\n{"id":"evt_2"}\r\n{"id":"evt_3"}');
  expect(await read(lines)).toEqual([
    { where: "many.jsonl:1", body: '{"id":"evt_1"}' },
    { where: "many.jsonl:2", why: "is not JSON: column 7." },
    { where: "many.jsonl:4", body: '{"id":"evt_2"}' },
    { where: "many.jsonl:5", body: '{"id":"evt_3"}' },
  ]);
});

test("lines are read as they are wanted, so that a file of them may be larger than memory", async () => {
  let made = 0;
  const endless = Readable.from(
    (function* () {
      for (;;) yield `{"id":"evt_${made++}"}\n`;
    })(),
  );
  const events = readEvents(["-"], endless);
  for (let taken = 0; taken < 1_000; taken++) await events.next();
  expect(made).toBeLessThan(2_000);
});

test("of a folder the JSON files are taken in name order, and the rest is passed over", async () => {
  await file("2.json", '{"id":"evt_2"}');
  await file("1.json", '{"id":"evt_1"}');
  await file("README.md", "# not an event");
  await file("EXPECTED.tsv", "file\tresult");
  expect(await read(folder)).toEqual([
    { where: "1.json", body: '{"id":"evt_1"}' },
    { where: "2.json", body: '{"id":"evt_2"}' },
  ]);
});

test("what cannot be sent is named with its reason, and the other files go on", async () => {
  const bad = await file("bad.json", '{\n  "id": "evt_1",\n  "type" "x"\n}');
  const word = await file("word.json", '"evt_1"');
  const empty = await file("empty.json", "\n");
  const good = await file("good.json", '{"id":"evt_2"}');
  expect(await read(bad, word, empty, join(folder, "none.json"), good)).toEqual([
    { where: "bad.json", why: "is not JSON: line 3, column 10." },
    { where: "word.json", why: "is not an event, which is a JSON object." },
    { where: "empty.json", why: "is empty." },
    { where: "none.json", why: "there is no such file or folder." },
    { where: "good.json", body: '{"id":"evt_2"}' },
  ]);
});
