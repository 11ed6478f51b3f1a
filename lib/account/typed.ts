import * as z from "zod";

/** What people type about themselves, by the same rules wherever they do. The messages are theirs to read. */

const NO_NAME = "What should we call you?";
const NO_ADDRESS = "Enter an e-mail address, like ines@example.com.";

/** It stands on bills: Stripe takes no more than 256 characters. */
export const accountName = z
  .string(NO_NAME)
  .trim()
  .min(1, NO_NAME)
  .max(100, "Use at most 100 characters.")
  .regex(/^\P{Cc}*$/u, "Leave out what is not a character.");

/** No address that takes mail is longer: https://www.rfc-editor.org/errata/eid1690 */
export const accountEmail = z
  .string(NO_ADDRESS)
  .trim()
  .max(254, "This address is too long.")
  .pipe(z.email(NO_ADDRESS));
