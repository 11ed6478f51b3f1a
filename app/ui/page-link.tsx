import Link, { type LinkProps } from "next/link";
import { LinkProgress } from "./link-progress";

/**
 * A link to a page of ours. Each is made for its request, so there is nothing of it to fetch before the click, where Next
 * would ask the server twice for every link in sight. The click shows that the page is on its way.
 */
export function PageLink<Path>({ children, ...props }: LinkProps<Path>) {
  return (
    <Link {...props} prefetch={false}>
      {children}
      <LinkProgress />
    </Link>
  );
}
