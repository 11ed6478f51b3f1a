import { auth } from "@/lib/auth";
import { BodyTooLarge, boundBody } from "@/lib/body";

/** A name, an address and a password; nothing here needs more. */
const MAX_BYTES = 16 * 1024;

/**
 * What the forms for signing in and up send. The library would do more here for whoever has a session, without what our
 * own actions do besides: tell Stripe, ask for the password, bound what is typed.
 */
const OPEN = new Set(["/api/auth/sign-in/email", "/api/auth/sign-up/email"]);

export async function POST(request: Request): Promise<Response> {
  if (!OPEN.has(new URL(request.url).pathname))
    return Response.json({ message: "There is nothing here." }, { status: 404 });
  try {
    return await auth().handler(boundBody(request, MAX_BYTES));
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    return Response.json({ message: "The request is too large." }, { status: 413 });
  }
}
