import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { safeReturnPath } from "@/lib/return-path";
import { currentUser } from "@/lib/session";
import { PageLink } from "../../ui/page-link";
import { CredentialsForm } from "../credentials-form";

export const metadata: Metadata = { title: "Sign in" };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignInPage({ searchParams }: PageProps) {
  const returnTo = safeReturnPath((await searchParams).from);
  if (await currentUser()) redirect(returnTo);
  return (
    <>
      <h1 className="font-semibold text-3xl">Sign in</h1>
      <p className="mt-2 text-muted">
        New here?{" "}
        <PageLink
          href={`/sign-up?from=${encodeURIComponent(returnTo)}`}
          className="text-accent underline underline-offset-4"
        >
          Create an account
        </PageLink>
      </p>
      <CredentialsForm mode="sign-in" returnTo={returnTo} />
    </>
  );
}
