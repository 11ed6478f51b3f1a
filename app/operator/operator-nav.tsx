"use client";

import type { Route } from "next";
import { usePathname } from "next/navigation";
import { PageLink } from "../ui/page-link";

const PAGES: { href: Route; label: string }[] = [
  { href: "/operator", label: "Health" },
  { href: "/operator/events", label: "Events" },
  { href: "/operator/customers", label: "Customers" },
  { href: "/operator/revenue", label: "Revenue" },
  { href: "/operator/acts", label: "Record" },
];

export function OperatorNav() {
  const path = usePathname();
  return (
    <nav aria-label="Operator" className="-mx-3 flex flex-wrap">
      {PAGES.map(({ href, label }) => {
        const isHere = href === "/operator" ? path === href : path.startsWith(href);
        return (
          <PageLink
            key={href}
            href={href}
            aria-current={isHere ? "page" : undefined}
            className="inline-flex min-h-11 items-center rounded-lg px-3 text-muted hover:text-ink aria-[current]:font-medium aria-[current]:text-accent"
          >
            {label}
          </PageLink>
        );
      })}
    </nav>
  );
}
