import { auth } from "@/lib/auth";
import { BodyTooLarge, boundBody } from "@/lib/body";

/** A name, an address and a password; nothing here needs more. */
const MAX_BYTES = 16 * 1024;

async function answer(request: Request): Promise<Response> {
  try {
    return await auth().handler(boundBody(request, MAX_BYTES));
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    return Response.json({ message: "The request is too large." }, { status: 413 });
  }
}

export { answer as GET, answer as POST };
