import { notFound } from "next/navigation";

/** The id that an operator's address ends with. What can be no id is not found: the database would refuse to look for it. */
export async function idIn(params: Promise<{ id: string }>): Promise<string> {
  const id = decoded((await params).id);
  return /^\P{Cc}+$/u.test(id) ? id : notFound();
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return "";
  }
}
