import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { safeReturnPath } from "@/lib/return-path";
import { currentUser } from "@/lib/session";
import { PageLink } from "../../ui/page-link";
import { CredentialsForm } from "../credentials-form";

export const metadata: Metadata = { title: "Create an account" };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignUpPage({ searchParams }: PageProps) {
  const returnTo = safeReturnPath((await searchParams).from);
  if (await currentUser()) redirect(returnTo);
  return (
    <>
      <h1 className="font-semibold text-3xl">Create an account</h1>
      <p className="mt-2 text-muted">
        Have one?{" "}
        <PageLink
          href={`/sign-in?from=${encodeURIComponent(returnTo)}`}
          className="text-accent underline underline-offset-4"
        >
          Sign in
        </PageLink>
      </p>
      <CredentialsForm mode="sign-up" returnTo={returnTo} />
    </>
  );
}
