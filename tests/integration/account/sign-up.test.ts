import { randomBytes } from "node:crypto";
import { expect, it, vi } from "vitest";
import { POST } from "@/app/api/auth/[...all]/route";
import { db } from "@/lib/db";
import { useDatabase } from "../../support/database";

useDatabase({ APP_URL: "https://cairn.example.com" });

/** As the form sends it, or somebody who knows how it is sent. */
async function signUp(given: object) {
  const person = { name: "Ines Almeida", email: "ines@example.com", password: "correct horse battery" };
  const response = await POST(
    new Request("https://cairn.example.com/api/auth/sign-up/email", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...person, ...given }),
    }),
  );
  const answer: unknown = await response.json();
  return { status: response.status, answer, cookie: response.headers.get("set-cookie") ?? "" };
}

it.each([
  ["no name", { name: " " }, "INVALID_NAME"],
  ["a name longer than Stripe takes", { name: "x".repeat(101) }, "INVALID_NAME"],
  ["a name of several lines", { name: "Ines\r\nBcc: eve@example.com" }, "INVALID_NAME"],
  ["a name that Postgres refuses", { name: "Ines\0" }, "INVALID_NAME"],
  [
    "an address longer than any",
    { email: `${randomBytes(3000).toString("hex")}@example.com` },
    "INVALID_EMAIL",
  ],
])("nobody signs up with %s: the settings would not take it either", async (_, given, code) => {
  expect(await signUp(given)).toMatchObject({ status: 400, answer: { code } });
  expect(await db().user.count()).toBe(0);
});

it("of what is sent the name, the address and the password are kept, and nothing else", async () => {
  const more = { name: " Zoë ✓ 株式会社 ", image: "javascript:alert(1)", emailVerified: true, id: "mine" };
  expect(await signUp(more)).toMatchObject({ status: 200 });
  const user = await db().user.findUniqueOrThrow({ where: { email: "ines@example.com" } });
  expect(user).toMatchObject({ name: "Zoë ✓ 株式会社", image: null, emailVerified: false });
  expect(user.id).not.toBe("mine");
});

it("too much of undeclared length, or what is no text, is the sender's fault and no line of the log", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  const send = (bytes: Uint8Array) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes);
        controller.close();
      },
    });
    const headers = { "content-type": "application/json" };
    const init: RequestInit & { duplex: "half" } = { method: "POST", headers, body, duplex: "half" };
    return POST(new Request("https://cairn.example.com/api/auth/sign-in/email", init));
  };
  expect((await send(new Uint8Array(20_000).fill(32))).status).toBe(413);
  expect((await send(new Uint8Array([0x7b, 0xff]))).status).toBe(400);
  expect(errors).not.toHaveBeenCalled();
  errors.mockRestore();
});

it("over https the cookie of a session is sent over https alone, to nobody's script, and to no other site's form", async () => {
  const { cookie } = await signUp({ email: "zoe@example.com" });
  expect(cookie).toMatch(/^__Secure-better-auth\.session_token=/);
  for (const flag of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"])
    expect(cookie.split("; ")).toContain(flag);
  expect(cookie).not.toContain("Domain");
});
