import type { Metadata } from "next";
import Link from "next/link";
import { BUTTON } from "./ui/button";
import { Message } from "./ui/message";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <Message title="There is nothing at this address" words="The page was moved, or its address is mistyped.">
      <Link href="/" className={BUTTON.quiet}>
        Go to the home page
      </Link>
    </Message>
  );
}
