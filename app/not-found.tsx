import type { Metadata } from "next";
import { BUTTON } from "./ui/button";
import { Message } from "./ui/message";
import { PageLink } from "./ui/page-link";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <Message title="There is nothing at this address" words="The page was moved, or its address is mistyped.">
      <PageLink href="/" className={BUTTON.quiet}>
        Go to the home page
      </PageLink>
    </Message>
  );
}
