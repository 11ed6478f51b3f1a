/** What Next itself costs: the body is read, and nothing is done with it. */
export async function POST(request: Request): Promise<Response> {
  await request.text();
  return Response.json({ received: true });
}
