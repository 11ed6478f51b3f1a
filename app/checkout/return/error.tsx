"use client";

import { Failure } from "../../ui/failure";

export default function CheckoutReturnError({ retry }: { error: unknown; retry: () => void }) {
  return <Failure title="Your payment cannot be confirmed just now" retry={retry} />;
}
