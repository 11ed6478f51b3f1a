"use client";

import { Failure } from "../ui/failure";

export default function CheckoutError({ retry }: { error: unknown; retry: () => void }) {
  return <Failure title="The plan cannot be shown just now" retry={retry} />;
}
