"use client";

import { useLinkStatus } from "next/link";

/** Goes into a link whose page is made for the click: a bar at the top of the window, until the page is there. */
export function LinkProgress() {
  const { pending } = useLinkStatus();
  return pending ? <span aria-hidden="true" className="link-progress" /> : null;
}
