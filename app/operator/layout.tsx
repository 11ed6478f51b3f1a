import type { Metadata } from "next";
import type { ReactNode } from "react";
import { requireOperator } from "@/lib/operator/access";
import { OperatorNav } from "./operator-nav";

export const metadata: Metadata = {
  title: { default: "Operator", template: "%s · Operator" },
  robots: { index: false },
};

/** Asks who it is above loading.tsx, so that everybody else gets a real 404. Each page and action asks again. */
export default async function OperatorLayout({ children }: { children: ReactNode }) {
  await requireOperator();
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col px-5 pt-6 sm:px-8 sm:pt-8">
      <OperatorNav />
      {children}
    </div>
  );
}
