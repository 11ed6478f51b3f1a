/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import { Bar } from "./bar.tsx";
import type { PageContext } from "./context.ts";

type LayoutProps = {
  title: string;
  context: PageContext;
  /** The page's own path: where the bar comes back to. */
  at: string;
  /** One column for reading, where the page is a single form. */
  narrow?: boolean;
  children?: Child;
};

/** The frame of every hosted page. */
export const Layout = ({ title, context, at, narrow = false, children }: LayoutProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>{`${title} · Local Stripe`}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/_local/pages.css" />
    </head>
    <body>
      <Bar context={context} at={at} />
      <main class={narrow ? "narrow" : ""}>{children}</main>
    </body>
  </html>
);

/** What is said above a form: what went wrong, or what went well. */
export const Notice = ({ children, kind = "good" }: { children?: Child; kind?: "good" | "bad" | "warn" }) => (
  <div class={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
    {children}
  </div>
);
