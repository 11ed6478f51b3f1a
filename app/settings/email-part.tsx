import { readEmailChange } from "@/lib/account/email-change";
import { env } from "@/lib/env";
import { formatDateTime } from "@/lib/format";
import type { CurrentUser } from "@/lib/session";
import { keepEmail, mailLinkAgain, saveEmail } from "./actions";
import { SettingsForm } from "./settings-form";

export const CURRENT_PASSWORD = {
  name: "password",
  label: "Your password",
  type: "password",
  autoComplete: "current-password",
} as const;

/** Asks for another address, and shows the one that waits until its link is opened. */
export async function EmailPart({ user }: { user: CurrentUser }) {
  if (env().SMTP_URL === undefined)
    return (
      <p>It cannot be changed here: a new address is confirmed by mail, and no mail server is set up.</p>
    );
  const change = await readEmailChange(user.id);
  if (change === null)
    return (
      <SettingsForm
        id="email"
        action={saveEmail}
        account={user.email}
        fields={[
          {
            name: "email",
            label: "New e-mail address",
            type: "email",
            autoComplete: "email",
            hint: "We send a link there. Nothing changes until you open it.",
          },
          CURRENT_PASSWORD,
        ]}
        label="Change e-mail"
      />
    );
  return (
    <div className="flex max-w-sm flex-col gap-4">
      <div role="status">
        <p className="wrap-anywhere">
          We sent a link to <strong className="font-medium">{change.address}</strong>. Until you open it, your
          address stays as it is.
        </p>
        <p className="mt-1 text-muted text-sm">The link is good until {formatDateTime(change.expiresAt)}.</p>
      </div>
      <div className="flex flex-col gap-3">
        <SettingsForm id="again" action={mailLinkAgain} label="Send the link again" />
        <SettingsForm id="keep" action={keepEmail} label="Keep the old address" />
      </div>
    </div>
  );
}
