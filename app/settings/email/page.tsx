import type { Metadata } from "next";
import { addressOfLink } from "@/lib/account/email-change";
import { requireUser } from "@/lib/session";
import { PageLink } from "../../ui/page-link";
import { confirmNewEmail } from "../actions";
import { SettingsForm } from "../settings-form";

export const metadata: Metadata = { title: "Confirm your address", robots: { index: false } };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Where the link in the mail leads. To open it changes nothing yet, for programs that look into mails open links too. */
export default async function ConfirmEmailPage({ searchParams }: PageProps) {
  const token = String((await searchParams).token ?? "");
  const user = await requireUser(`/settings/email?token=${encodeURIComponent(token)}`);
  const address = await addressOfLink(user.id, token);
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col px-5 pt-10 sm:px-8 sm:pt-14">
      <div className="wrap-anywhere w-full max-w-xl">
        {address === null ? (
          <>
            <h1 className="font-semibold text-3xl">This link is not good any more</h1>
            <p className="mt-3 text-lg">
              It was used or taken back, it is older than a day, or another account asked for it. You are
              signed in as {user.email}.
            </p>
          </>
        ) : (
          <>
            <h1 className="font-semibold text-3xl">Confirm your new address</h1>
            <p className="mt-3 text-lg">
              From now on you sign in with <strong className="font-medium">{address}</strong> in place of{" "}
              {user.email}, which we tell of it. Bills go to the new one too, unless you gave them another
              address.
            </p>
            <div className="mt-6">
              <SettingsForm
                id="confirm"
                action={confirmNewEmail}
                hidden={{ token }}
                look="primary"
                label="Confirm"
              />
            </div>
          </>
        )}
        <p className="mt-6">
          <PageLink href="/settings" className="text-accent underline underline-offset-4">
            {address === null ? "To your settings" : "Keep the old address for now"}
          </PageLink>
        </p>
      </div>
    </div>
  );
}
