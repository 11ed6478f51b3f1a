import type { Act } from "@/lib/operator/acts";
import { Moment } from "./moment";
import { Nothing, Table } from "./section";

export function ActList({ acts }: { acts: readonly Act[] }) {
  if (acts.length === 0) return <Nothing>Nobody has done anything yet.</Nothing>;
  return (
    <Table
      label="Acts"
      rows={acts.map(({ id, at, operator, action, target }) => ({
        key: id,
        cells: {
          When: <Moment at={at} />,
          Who: operator,
          What: action,
          "To what": <span className="text-muted text-sm">{target ?? "–"}</span>,
        },
      }))}
    />
  );
}
