/** What the app has mailed to somebody, the newest first. */
export async function mailsTo(address: string): Promise<{ subject: string; text: string }[]> {
  const response = await fetch(`${process.env.MAILBOX}/mails.json?${new URLSearchParams({ to: address })}`);
  return response.json();
}
