import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Sheet } from "./invoice-sheet.ts";

const FONTS = join(dirname(createRequire(import.meta.url).resolve("geist/font/sans")), "fonts/geist-sans");
const REGULAR = join(FONTS, "Geist-Regular.ttf");
const STRONG = join(FONTS, "Geist-SemiBold.ttf");

const INK = "#1d2522";
const SOFT = "#5a645f";
const LINE = "#ddd8cc";

const MARGIN = 56;
/** What the columns of the lines leave to the description. */
const QUANTITY = 60;
const AMOUNT = 100;
const GAP = 12;
/** What is kept free for the page's number. */
const FOOT = 32;

type Heading = {
  title: "Invoice" | "Receipt";
  /** The word below the title: `Paid on 24 November 2026`. */
  standing: string;
  /** When the document was made, in epoch seconds. */
  at: number;
};

/** An invoice, or the receipt for one, as a PDF of as many pages as its lines need. */
export async function invoicePdf(
  sheet: Sheet,
  { title, standing, at }: Heading,
): Promise<Buffer<ArrayBuffer>> {
  // Loaded by the first who wants one: it takes a third of a second, which nobody else should wait for.
  const { default: PDFDocument } = await import("pdfkit");
  const document = new PDFDocument({
    size: "A4",
    margin: MARGIN,
    font: REGULAR,
    lang: "en",
    displayTitle: true,
    bufferPages: true,
    info: {
      Title: `${title} ${sheet.number}`,
      Author: sheet.from[0] ?? "",
      CreationDate: new Date(at * 1000),
    },
  });
  const whole = collected(document);
  const page = new Page(document);
  page.row([{ text: title, size: 24, font: STRONG }]);
  page.row([{ text: standing, color: SOFT }]);
  page.gap(16);
  page.row([{ text: "Number", color: SOFT, width: 110 }, { text: sheet.number }]);
  for (const [label, value] of sheet.facts) {
    page.row([{ text: label, color: SOFT, width: 110 }, { text: value }]);
  }
  page.gap(20);
  const half = page.width / 2;
  page.row([
    { text: "From", color: SOFT, width: half },
    { text: "Bill to", color: SOFT },
  ]);
  page.row([{ text: sheet.from.join("\n"), width: half }, { text: sheet.to.join("\n") }]);
  page.gap(24);
  drawLines(page, sheet);
  page.gap(12);
  drawSums(page, sheet);
  page.gap(20);
  for (const note of sheet.notes) page.row([{ text: note, color: SOFT }]);
  page.number();
  document.end();
  return whole;
}

function drawLines(page: Page, { lines }: Sheet): void {
  page.row(columns(page, { text: "Description" }, "Qty", "Amount", SOFT));
  page.rule();
  for (const { description, period, quantity, amount } of lines) {
    page.row(columns(page, { text: description, below: period }, quantity, amount, INK));
    page.rule();
  }
}

const columns = (
  { width }: Page,
  first: { text: string; below?: string },
  quantity: string,
  amount: string,
  color: string,
): Cell[] => [
  { ...first, color, width: width - QUANTITY - AMOUNT },
  { text: quantity, color, width: QUANTITY, align: "right" },
  { text: amount, color, width: AMOUNT, align: "right" },
];

function drawSums(page: Page, { sums }: Sheet): void {
  for (const { label, amount, strong } of sums) {
    const font = strong ? STRONG : REGULAR;
    page.row([
      { text: "", width: page.width / 2 - AMOUNT },
      { text: label, font, width: page.width / 2 },
      { text: amount, font, width: AMOUNT, align: "right" },
    ]);
  }
}

type Cell = {
  text: string;
  /** A second line, smaller and paler. */
  below?: string;
  width?: number;
  align?: "left" | "right";
  font?: string;
  size?: number;
  color?: string;
};

/** Writes rows of cells from top to bottom, and goes on to the next page where one does not fit. */
class Page {
  readonly width: number;
  readonly #document: PDFKit.PDFDocument;
  #y = MARGIN;

  constructor(document: PDFKit.PDFDocument) {
    this.#document = document;
    this.width = document.page.width - 2 * MARGIN;
  }

  row(cells: Cell[]): void {
    let x = MARGIN;
    const placed = cells.map((cell) => {
      const room = cell.width ?? MARGIN + this.width - x;
      x += room;
      // What stands to the right of left-aligned text keeps its distance.
      return { cell, x: x - room, width: cell.align === "right" ? room : room - GAP };
    });
    const height = Math.max(...placed.map(({ cell, width }) => this.#heightOf(cell, width)));
    if (this.#y + height > this.#document.page.height - MARGIN - FOOT) {
      this.#document.addPage();
      this.#y = MARGIN;
    }
    for (const { cell, x, width } of placed) this.#write(cell, x, width);
    this.#y += height + 6;
  }

  gap(points: number): void {
    this.#y += points;
  }

  rule(): void {
    this.#document
      .moveTo(MARGIN, this.#y)
      .lineTo(MARGIN + this.width, this.#y)
      .lineWidth(0.75)
      .stroke(LINE);
    this.#y += 6;
  }

  /** Puts `Page 1 of 2` under each page, once all are written. */
  number(): void {
    const { start, count } = this.#document.bufferedPageRange();
    for (let at = 0; at < count; at++) {
      this.#document.switchToPage(start + at);
      this.#y = this.#document.page.height - MARGIN - FOOT / 2;
      const text = `Page ${at + 1} of ${count}. Made by the local Stripe: no money moves.`;
      this.#write({ text, size: 8, color: SOFT }, MARGIN, this.width);
    }
  }

  #heightOf({ text, below, font = REGULAR, size = 10 }: Cell, width: number): number {
    const height = this.#document.font(font).fontSize(size).heightOfString(text, { width });
    return below ? height + this.#document.fontSize(8).heightOfString(below, { width }) : height;
  }

  #write(cell: Cell, x: number, width: number): void {
    const { text, below, font = REGULAR, size = 10, color = INK, align = "left" } = cell;
    this.#document.font(font).fontSize(size).fillColor(color).text(text, x, this.#y, { width, align });
    if (below) this.#document.fontSize(8).fillColor(SOFT).text(below, { width, align });
  }
}

function collected(document: PDFKit.PDFDocument): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    document.on("data", (chunk: Buffer) => chunks.push(chunk));
    document.on("error", reject);
    document.on("end", () => resolve(Buffer.concat(chunks)));
  });
}
