"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { pollDelay } from "./poll-delay";

/**
 * Keeps an open dashboard up to date: asks whether anything changed, renders the page anew if so, and asks at once when
 * the tab or its window is turned to again. A question that gets no answer changes nothing, so neither a lost connection nor a restart
 * of the server takes away what is on the screen.
 */
export function LiveUpdates({ version, isPending }: { version: string; isPending: boolean }) {
  const router = useRouter();
  useEffect(() => {
    const openedAt = performance.now();
    const stop = new AbortController();
    let asked = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;

    const schedule = () => {
      clearTimeout(timer);
      if (document.hidden || stop.signal.aborted) return;
      timer = setTimeout(ask, pollDelay({ isPending, asked, openForMs: performance.now() - openedAt }));
    };
    const ask = async () => {
      asked += 1;
      if (await hasChanged(version, stop.signal)) router.refresh();
      schedule();
    };
    const onVisibility = () => {
      clearTimeout(timer);
      if (!document.hidden) void ask();
    };

    schedule();
    document.addEventListener("visibilitychange", onVisibility);
    window.addEventListener("focus", onVisibility);
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisibility);
      window.removeEventListener("focus", onVisibility);
    };
  }, [version, isPending, router]);
  return null;
}

async function hasChanged(version: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch("/api/billing/version", { signal });
    // The session has ended: rendering anew leads to the sign-in page.
    if (response.status === 401) return true;
    if (!response.ok) return false;
    const answer: { version?: unknown } = await response.json();
    return answer.version !== version;
  } catch {
    return false;
  }
}
