import { SITE } from "@/lib/site";
import { PageLink } from "./page-link";

export function SiteFooter() {
  return (
    <footer className="mt-24 border-line border-t">
      <div className="mx-auto flex w-full max-w-5xl flex-wrap items-center justify-between gap-x-8 gap-y-2 px-5 py-8 text-muted text-sm sm:px-8">
        <p>{SITE.name} is an invented product. The billing behind it is real.</p>
        <nav aria-label="Footer">
          <PageLink
            href="/#pricing"
            className="inline-flex min-h-6 items-center underline-offset-4 hover:underline"
          >
            Pricing
          </PageLink>
        </nav>
      </div>
    </footer>
  );
}
