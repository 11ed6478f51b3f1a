import type { Metadata } from "next";
import Link from "next/link";
import { BUTTON } from "./ui/button";
import { Message } from "./ui/message";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <Message
      title="There is nothing at this address"
      words="The page was moved, or the address has a slip in it."
    >
      <Link href="/" className={BUTTON.quiet}>
        Go to the start
      </Link>
    </Message>
  );
}
