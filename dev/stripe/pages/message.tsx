/** @jsxImportSource hono/jsx */
import type { Child } from "hono/jsx";
import type { PageContext } from "./context.ts";
import { Layout } from "./layout.tsx";

type MessageProps = {
  context: PageContext;
  at: string;
  title: string;
  children?: Child;
  /** The way on, if there is one. */
  link?: { href: string; label: string } | undefined;
};

/** A page that only says something, and where to go from there. */
export const Message = ({ context, at, title, children, link }: MessageProps) => (
  <Layout title={title} context={context} at={at} narrow>
    <section class="card">
      <h1>{title}</h1>
      {children}
      {link && (
        <p class="actions">
          <a class="button" href={link.href}>
            {link.label}
          </a>
        </p>
      )}
    </section>
  </Layout>
);
