"use client";

import { useEffect } from "react";
import { BUTTON } from "../ui/button";
import { Message } from "../ui/message";

const RETRY_MS = 15_000;

/** Most often the database is away for a moment, so the page tries again by itself. Says nothing of the cause. */
export default function DashboardError({ retry }: { error: unknown; retry: () => void }) {
  useEffect(() => {
    const timer = setInterval(retry, RETRY_MS);
    return () => clearInterval(timer);
  }, [retry]);
  return (
    <Message
      title="Your billing cannot be shown just now"
      words="The problem is on our side, and nothing about your plan has changed. This page tries again by itself."
    >
      <button type="button" onClick={retry} className={BUTTON.primary}>
        Try again now
      </button>
    </Message>
  );
}
