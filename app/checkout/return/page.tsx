import { redirect } from "next/navigation";
import { applyCheckout } from "@/lib/billing/checkout-return";
import { Refusal } from "@/lib/billing/errors";
import { httpsUrl } from "@/lib/https-url";
import { requireUser } from "@/lib/session";
import { BUTTON } from "../../ui/button";
import { Message } from "../../ui/message";
import { PageLink } from "../../ui/page-link";

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/**
 * Where Stripe's Checkout leads back to. It brings in what was bought if the webhook has not yet, and trusts nothing in
 * the address: who is not signed in signs in first, and a session of somebody else is none.
 */
export default async function CheckoutReturnPage({ searchParams }: PageProps) {
  const { session_id } = await searchParams;
  const sessionId = typeof session_id === "string" ? session_id : "";
  const user = await requireUser(`/checkout/return?${new URLSearchParams({ session_id: sessionId })}`);
  const result = await applyCheckout(user.id, sessionId).catch(refused);
  if (result instanceof Refusal)
    return (
      <Message title="The payment is not looked up just now" words={result.message}>
        <PageLink href="/dashboard" className={BUTTON.primary}>
          To the dashboard
        </PageLink>
      </Message>
    );
  switch (result.status) {
    case "complete":
      redirect("/dashboard?checkout=complete");
      break;
    case "open":
      return <Unfinished href={httpsUrl(result.url)} />;
    case "expired":
      return (
        <Message title="This checkout has expired" words="Nothing was charged. Choose a plan to start again.">
          <Plans />
        </Message>
      );
    case "unknown":
      return (
        <Message
          title="There is no such checkout"
          words="It may belong to another account than the one you are signed in with. What you have bought shows on the dashboard."
        >
          <PageLink href="/dashboard" className={BUTTON.primary}>
            To the dashboard
          </PageLink>
        </Message>
      );
    default:
      return result satisfies never;
  }
}

function refused(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

function Unfinished({ href }: { href: string | null }) {
  return (
    <Message
      title="The payment is not complete"
      words="Nothing was charged so far. You can go on where you were."
    >
      <div className="flex flex-wrap gap-3">
        {href ? (
          <a href={href} className={BUTTON.primary}>
            Continue to payment
          </a>
        ) : null}
        <Plans />
      </div>
    </Message>
  );
}

function Plans() {
  return (
    <PageLink href="/#pricing" className={BUTTON.quiet}>
      See the plans
    </PageLink>
  );
}
