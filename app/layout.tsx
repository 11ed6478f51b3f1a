import "./globals.css";
import type { Metadata, Viewport } from "next";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { SITE } from "@/lib/site";
import { FONTS } from "./fonts";
import { PaymentBanner } from "./ui/payment-banner";
import { SiteFooter } from "./ui/site-footer";
import { SiteHeader } from "./ui/site-header";

const title = `${SITE.name} · ${SITE.tagline}`;

export const metadata: Metadata = {
  title: { default: title, template: `%s · ${SITE.name}` },
  description: SITE.description,
  applicationName: SITE.name,
  openGraph: { type: "website", siteName: SITE.name, title, description: SITE.description },
  twitter: { card: "summary", title, description: SITE.description },
};

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#faf9f6" },
    { media: "(prefers-color-scheme: dark)", color: "#0d1210" },
  ],
};

/**
 * Nothing here waits behind a Suspense boundary, nor on the pages that customers see: what streams in later is put in its
 * place by a script, and without scripts would never show. Pages are quick instead, each a few indexed reads.
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  // Every page is made for its request: the policy's nonce must be on its scripts.
  await connection();
  return (
    <html lang="en" className={FONTS} data-scroll-behavior="smooth">
      <body className="flex min-h-dvh flex-col font-sans text-[15px] leading-6">
        <a
          href="#content"
          className="sr-only rounded-lg bg-ink font-medium text-paper focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-10 focus:px-4 focus:py-2"
        >
          Skip to content
        </a>
        <SiteHeader />
        <main id="content" tabIndex={-1} className="flex flex-1 flex-col outline-none">
          <PaymentBanner />
          {children}
        </main>
        <SiteFooter />
      </body>
    </html>
  );
}
