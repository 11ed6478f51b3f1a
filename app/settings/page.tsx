import type { Metadata } from "next";
import type { ReactNode } from "react";
import { PASSWORD } from "@/lib/password-policy";
import { requireUser } from "@/lib/session";
import { Notice } from "../dashboard/notice";
import { BUTTON } from "../ui/button";
import { doneWords } from "../ui/done-words";
import { PageLink } from "../ui/page-link";
import { saveName, savePassword, signOutElsewhere } from "./actions";
import { DONE } from "./done";
import { CURRENT_PASSWORD, EmailPart } from "./email-part";
import { SettingsForm } from "./settings-form";

export const metadata: Metadata = { title: "Settings", robots: { index: false } };

type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** What was done stands in the address, also when the next thing that is tried is refused. */
const UNLESS_REFUSED = "group-has-[[aria-invalid=true]]:hidden group-has-[[role=alert]:not(:empty)]:hidden";

export default async function SettingsPage({ searchParams }: PageProps) {
  const user = await requireUser("/settings");
  const done = doneWords(DONE, (await searchParams).done);
  return (
    <div className="mx-auto flex w-full max-w-5xl flex-col px-5 pt-10 sm:px-8 sm:pt-14">
      <h1 className="font-semibold text-3xl">Settings</h1>
      <div className="group mt-8 flex flex-col gap-5">
        {done ? (
          <div className={UNLESS_REFUSED}>
            <Notice tone="quiet" title={done.title} words={[done.words]} />
          </div>
        ) : null}
        <div className="card px-6 sm:px-8">
          <Part id="name" title="Name" words="What we call you.">
            <SettingsForm
              id="profile"
              action={saveName}
              fields={[{ name: "name", label: "Name", type: "text", autoComplete: "name", value: user.name }]}
              label="Save name"
            />
          </Part>
          <Part id="email" title="E-mail" words={`You sign in with ${user.email}.`}>
            <EmailPart user={user} />
          </Part>
          <Part id="password" title="Password" words="A new one signs you out everywhere else.">
            <SettingsForm
              id="password"
              action={savePassword}
              account={user.email}
              fields={[
                CURRENT_PASSWORD,
                {
                  name: "newPassword",
                  label: "New password",
                  type: "password",
                  autoComplete: "new-password",
                  hint: `At least ${PASSWORD.min} characters.`,
                },
              ]}
              label="Change password"
            />
          </Part>
          <Part id="sign-ins" title="Sign-ins" words="For a device that you left behind, or do not know.">
            <form action={signOutElsewhere}>
              <button type="submit" className={`${BUTTON.quiet} max-sm:w-full`}>
                Sign out everywhere else
              </button>
            </form>
            <p className="mt-4 text-muted">
              The{" "}
              <PageLink href="/audit-log" className="text-accent underline underline-offset-4">
                audit log
              </PageLink>{" "}
              has each of them, and ends one alone.
            </p>
          </Part>
          <Part id="data" title="Your data" words="All that we keep of you, as one JSON file.">
            <a href="/api/account/export" download className={`${BUTTON.quiet} max-sm:w-full`}>
              Download your data
            </a>
          </Part>
          <Part id="deletion" title="Delete account" words="For good, and together with your plan.">
            <PageLink href="/settings/delete" className={`${BUTTON.danger} max-sm:w-full`}>
              Delete account…
            </PageLink>
          </Part>
        </div>
      </div>
    </div>
  );
}

function Part({
  id,
  title,
  words,
  children,
}: {
  id: string;
  title: string;
  words: string;
  children: ReactNode;
}) {
  return (
    <section
      aria-labelledby={`${id}-title`}
      className="grid gap-x-12 gap-y-5 border-line border-b py-8 last:border-b-0 sm:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)]"
    >
      <div>
        <h2 id={`${id}-title`} className="font-semibold text-lg">
          {title}
        </h2>
        <p className="wrap-anywhere mt-1 text-muted">{words}</p>
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}
