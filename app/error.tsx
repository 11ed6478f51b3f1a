"use client";

import { Failure } from "./ui/failure";

export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
  return <Failure title="This page cannot be shown just now" retry={retry} />;
}
