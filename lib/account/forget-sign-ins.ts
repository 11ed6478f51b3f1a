import { query } from "../pool";

/** Removes the sign-ins that have run out: the library removes one when its own browser comes back with it. */
export async function forgetSignIns(): Promise<void> {
  await query("delete from sessions where expires_at < now()");
}
