import { connection } from "next/server";

/** Made for its request, as all of ours are. Without a word on it nothing would be painted, and nothing measured. */
export default async function NothingPage() {
  await connection();
  return <p>Nothing.</p>;
}
