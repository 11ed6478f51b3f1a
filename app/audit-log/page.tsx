import type { Metadata } from "next";
import { formatInstant } from "@/lib/format";
import { currentSessionId, requireUser } from "@/lib/session";
import { readSignIns } from "@/lib/sign-ins";
import { BUTTON } from "../ui/button";
import { Gate } from "../ui/gate";
import { signOutThere } from "./actions";

export const metadata: Metadata = { title: "Audit log", robots: { index: false } };

/** The example of a page that a plan opens. Those without it see what it takes, and nothing of the log. */
export default async function AuditLogPage() {
  const user = await requireUser("/audit-log");
  return (
    <div className="mx-auto w-full max-w-5xl px-5 pt-10 sm:px-8 sm:pt-14">
      <h1 className="font-semibold text-3xl">Audit log</h1>
      <div className="mt-8">
        <Gate feature="audit_log">
          <SignIns userId={user.id} />
        </Gate>
      </div>
    </div>
  );
}

async function SignIns({ userId }: { userId: string }) {
  const [signIns, here] = await Promise.all([readSignIns(userId), currentSessionId()]);
  return (
    <>
      <div className="card overflow-hidden">
        <table className="w-full text-left tabular-nums">
          <caption className="sr-only">Where you are signed in</caption>
          <thead className="border-line border-b text-muted text-sm">
            <tr>
              <th scope="col" className="py-3 pl-6 font-normal sm:pl-8">
                Signed in
              </th>
              <th scope="col" className="py-3 pl-4 font-normal">
                From
              </th>
              <th scope="col" className="py-3 pr-6 pl-4 sm:pr-8">
                <span className="sr-only">What to do</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {signIns.map(({ id, at, from }) => (
              <tr key={id} className="border-line border-b align-baseline last:border-b-0">
                <td className="py-4 pl-6 sm:pl-8">
                  <time dateTime={at.toISOString()}>{formatInstant(at)}</time>
                </td>
                <td className={`py-4 pl-4 ${from?.includes(":") ? "wrap-anywhere" : ""}`}>
                  {from ?? "An unknown address"}
                </td>
                <td className="whitespace-nowrap py-2 pr-6 pl-4 text-right sm:pr-8">
                  {id === here ? (
                    <span className="text-muted">This one</span>
                  ) : (
                    <form action={signOutThere}>
                      <input type="hidden" name="id" value={id} />
                      <button
                        type="submit"
                        className="inline-flex min-h-11 cursor-pointer items-center text-accent underline-offset-4 hover:underline"
                      >
                        Sign out
                        <span className="sr-only"> the one of {formatInstant(at)}</span>
                      </button>
                    </form>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="mt-5 flex flex-wrap gap-3 max-sm:flex-col">
        <a href="/api/audit-log" download="audit-log.json" className={BUTTON.quiet}>
          Download as JSON
        </a>
      </div>
    </>
  );
}
