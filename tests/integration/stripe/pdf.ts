import { extractText, getDocumentProxy } from "unpdf";

/** What a PDF says, row by row as it is read. @throws unless it is a PDF */
export async function readPdf(answer: Response): Promise<{ text: string; pages: number }> {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const head = new TextDecoder().decode(bytes.subarray(0, 5));
  if (head !== "%PDF-") throw new Error(`That is no PDF: it begins with ${head}`);
  const { text, totalPages } = await extractText(await getDocumentProxy(bytes), { mergePages: true });
  return { text: text.replace(/\s+/g, " "), pages: totalPages };
}
