"use client";

import { Failure } from "../ui/failure";

export default function OperatorError({ retry }: { error: unknown; retry: () => void }) {
  return <Failure title="This cannot be shown just now" retry={retry} />;
}
