import { saveCustomer, saveInvoice, saveSubscription, stripe, verify } from "../../../store";

/** What is advised against events that come in any order: each is a hint, and the object is asked for. */
export async function POST(request: Request): Promise<Response> {
  const event = await verify(request);
  switch (event.type) {
    case "customer.subscription.updated":
      await saveSubscription(await stripe.subscriptions.retrieve(event.data.object.id));
      break;
    case "invoice.finalized":
    case "invoice.updated":
    case "invoice.paid":
      await saveInvoice(await stripe.invoices.retrieve(event.data.object.id ?? ""));
      break;
    case "customer.updated": {
      const customer = await stripe.customers.retrieve(event.data.object.id);
      if (!customer.deleted) await saveCustomer(customer);
      break;
    }
    default:
  }
  return Response.json({ received: true });
}
