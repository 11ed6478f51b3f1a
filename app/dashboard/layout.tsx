import type { Metadata } from "next";
import type { ReactNode } from "react";

export const metadata: Metadata = { title: "Dashboard", robots: { index: false } };

/** Each page asks for the session itself: a layout is not rendered anew on every navigation. */
export default function DashboardLayout({ children }: { children: ReactNode }) {
  return <div className="mx-auto flex w-full max-w-5xl flex-col px-5 pt-10 sm:px-8 sm:pt-14">{children}</div>;
}
