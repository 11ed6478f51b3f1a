"use client";

import { type FormEvent, startTransition, useActionState, useEffect, useRef } from "react";
import { PASSWORD } from "@/lib/password-policy";
import { BUTTON } from "../ui/button";
import { PageLink } from "../ui/page-link";
import {
  type Credentials,
  type Mode,
  type Problem,
  problemBeforeSending,
  problemFromAnswer,
  UNREACHABLE,
} from "./credentials";
import { TextField } from "./text-field";

/**
 * The form for signing in and for signing up. It has an action besides its submit handler, for React keeps what is sent
 * before the page has come alive and hands it to the action: it is neither lost nor put into the address bar. The handler
 * alone keeps what was typed when the answer is no, where an action would empty the form.
 */
export function CredentialsForm({ mode, returnTo }: { mode: Mode; returnTo: string }) {
  const [problem, submit, isPending] = useActionState(async (_: Problem | null, form: FormData) => {
    const credentials = {
      name: text(form, "name").trim(),
      email: text(form, "email").trim(),
      password: text(form, "password"),
    };
    const problem = problemBeforeSending(mode, credentials) ?? (await send(mode, credentials));
    if (problem) return problem;
    // A full load, so that everything on the next page knows who is there. The form stays busy until it leaves.
    window.location.assign(returnTo);
    return new Promise<never>(() => {});
  }, null);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    startTransition(() => submit(form));
  };
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem)
      form.current?.querySelector<HTMLElement>("[aria-invalid=true], input[type=password]")?.focus();
  }, [problem]);

  const isSignUp = mode === "sign-up";
  const errors = problem?.fields ?? {};
  return (
    <form ref={form} action={submit} onSubmit={onSubmit} noValidate className="mt-8 flex flex-col gap-5">
      <noscript>
        <p className="rounded-lg border border-warn-line bg-warn-soft px-4 py-3 text-warn">
          This form needs JavaScript. Turn it on for this page, and load it again.
        </p>
      </noscript>
      <div role="alert" className="empty:hidden">
        {problem?.form ? (
          <p className="rounded-lg border border-bad-line bg-bad-soft px-4 py-3 text-bad">{problem.form}</p>
        ) : null}
      </div>
      {isSignUp ? <TextField label="Name" name="name" autoComplete="name" error={errors.name} /> : null}
      <TextField
        label="E-mail"
        name="email"
        type="email"
        autoComplete={isSignUp ? "email" : "username"}
        error={errors.email}
      >
        {problem?.addressTaken ? (
          <PageLink
            href={`/sign-in?from=${encodeURIComponent(returnTo)}`}
            className="underline underline-offset-4"
          >
            Sign in instead
          </PageLink>
        ) : null}
      </TextField>
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete={isSignUp ? "new-password" : "current-password"}
        error={errors.password}
        hint={isSignUp ? `At least ${PASSWORD.min} characters.` : undefined}
      />
      <button
        type="submit"
        disabled={isPending}
        className={`${BUTTON.primary} mt-1 w-full disabled:opacity-70`}
      >
        {isPending ? "One moment…" : isSignUp ? "Create account" : "Sign in"}
      </button>
    </form>
  );
}

const text = (form: FormData, name: string) => String(form.get(name) ?? "");

async function send(mode: Mode, { name, email, password }: Credentials): Promise<Problem | null> {
  const body = mode === "sign-up" ? { name, email, password } : { email, password };
  try {
    const response = await fetch(`/api/auth/${mode}/email`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.ok) return null;
    return problemFromAnswer(
      response.status,
      await errorCode(response),
      Number(response.headers.get("x-retry-after")),
    );
  } catch {
    return UNREACHABLE;
  }
}

async function errorCode(response: Response): Promise<string | null> {
  const answer: unknown = await response.json().catch(() => null);
  const hasCode = typeof answer === "object" && answer !== null && "code" in answer;
  return hasCode && typeof answer.code === "string" ? answer.code : null;
}
