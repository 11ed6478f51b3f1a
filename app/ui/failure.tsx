"use client";

import { useEffect } from "react";
import { BUTTON } from "./button";
import { Message } from "./message";

// Most often the database is away for a moment.
const RETRY_MS = 15_000;

/**
 * A page that could not be rendered. It tries again by itself while somebody looks. What the error says stays in the
 * server's log: it may name things that are nobody's business.
 */
export function Failure({ title, retry }: { title: string; retry: () => void }) {
  useEffect(() => {
    const timer = setInterval(() => document.hidden || retry(), RETRY_MS);
    return () => clearInterval(timer);
  }, [retry]);
  return (
    <Message
      title={title}
      words="The problem is on our side, and your data is as it was. This page tries again by itself."
    >
      <button type="button" onClick={retry} className={BUTTON.primary}>
        Try again now
      </button>
    </Message>
  );
}
