import { saveCustomer, saveInvoice, saveSubscription, verify } from "../../../store";

/** The handler of most starters: verified, one upsert an event, whatever order they come in. */
export async function POST(request: Request): Promise<Response> {
  const event = await verify(request);
  switch (event.type) {
    case "customer.subscription.updated":
      await saveSubscription(event.data.object);
      break;
    case "invoice.finalized":
    case "invoice.updated":
    case "invoice.paid":
      await saveInvoice(event.data.object);
      break;
    case "customer.updated":
      await saveCustomer(event.data.object);
      break;
    default:
  }
  return Response.json({ received: true });
}
