import { SITE } from "@/lib/site";
import { AccountNav } from "./account-nav";
import { Mark } from "./mark";
import { PageLink } from "./page-link";

export function SiteHeader() {
  return (
    <header className="group/header border-line border-b">
      <div className="mx-auto flex h-16 w-full max-w-5xl items-center justify-between gap-4 px-5 sm:px-8">
        <PageLink
          href="/"
          className="flex items-center gap-2.5 rounded-md font-semibold text-lg tracking-tight"
        >
          <Mark className="size-6 text-accent" />
          {/* An operator has one way more, which a phone has no room for besides. */}
          <span className="max-sm:group-has-[a[href='/operator']]/header:sr-only">{SITE.name}</span>
        </PageLink>
        <nav aria-label="Main" className="-mr-2 flex min-w-0 items-center sm:-mr-3 sm:gap-2">
          <AccountNav />
        </nav>
      </div>
    </header>
  );
}
