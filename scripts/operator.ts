import { parseArgs } from "node:util";
import { grantOperator, NotAnOperator } from "../lib/operator/grant";
import { runCommand, UsageError } from "./command";

const USAGE = `Opens /operator to an address of OPERATOR_EMAILS: makes the account, or takes it over from whoever signed up with the address,
with a new password that is printed once, and ends all of its sessions.

  npm run operator -- ADDRESS
`;

await runCommand(USAGE, async () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [address, ...others] = positionals;
  if (!address || others.length > 0) throw new UsageError(USAGE);
  try {
    const { password, isNew } = await grantOperator(address);
    console.log(
      `${isNew ? "The account was made" : "The account is yours"}. Sign in as ${address} with ${password}`,
    );
  } catch (error) {
    throw error instanceof NotAnOperator ? new UsageError(error.message) : error;
  }
});
