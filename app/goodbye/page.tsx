import type { Metadata } from "next";
import { BUTTON } from "../ui/button";
import { Message } from "../ui/message";
import { PageLink } from "../ui/page-link";

export const metadata: Metadata = { title: "Goodbye", robots: { index: false } };

/** Where the deletion of an account ends: whoever comes here has no session any more. */
export default function GoodbyePage() {
  return (
    <Message
      title="Your account is deleted"
      words="No plan runs any more, and nothing is charged. Thank you for having been here."
    >
      <PageLink href="/" className={BUTTON.quiet}>
        Go to the home page
      </PageLink>
    </Message>
  );
}
