import { auth } from "@/lib/auth";
import { BodyTooLarge, BodyUnreadable, bodyFailed, boundBody } from "@/lib/body";

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
  const body = await readBody(request);
  if (body instanceof Response) return body;
  const { url, method, headers } = request;
  return auth().handler(new Request(url, { method, headers, body }));
}

/** Before the library has it, which answers a body that ends in an error as a fault of ours, and writes that to the log. */
async function readBody(request: Request): Promise<string | Response> {
  try {
    return await boundBody(request, MAX_BYTES).text().catch(bodyFailed);
  } catch (error) {
    if (error instanceof BodyTooLarge) return refuse(413, "The request is too large.");
    if (error instanceof BodyUnreadable) return refuse(400, error.message);
    throw error;
  }
}

const refuse = (status: number, message: string) => Response.json({ message }, { status });
