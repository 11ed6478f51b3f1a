import type { Metadata } from "next";
import type { ReactNode } from "react";
import { requireUser } from "@/lib/session";

export const metadata: Metadata = { title: "Dashboard", robots: { index: false } };

/**
 * Asks for the session above loading.tsx, so that a visitor without one gets a real redirect rather than a skeleton. The
 * page asks again, for a layout is not rendered anew on every navigation.
 */
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  await requireUser("/dashboard");
  return <div className="mx-auto flex w-full max-w-5xl flex-col px-5 pt-10 sm:px-8 sm:pt-14">{children}</div>;
}
