"use client";

import { Failure } from "../ui/failure";

export default function DashboardError({ retry }: { error: unknown; retry: () => void }) {
  return <Failure title="Your billing cannot be shown just now" retry={retry} />;
}
