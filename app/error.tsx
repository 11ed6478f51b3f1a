"use client";

import { BUTTON } from "./ui/button";
import { Message } from "./ui/message";

/** What the error says stays in the server's log: it may name things that are nobody's business. */
export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
  return (
    <Message
      title="This page could not be shown"
      words="Something went wrong on our side. Your data is as it was."
    >
      <button type="button" onClick={retry} className={BUTTON.primary}>
        Try again
      </button>
    </Message>
  );
}
