import type { Act } from "@/lib/operator/acts";
import { Moment } from "./moment";
import { Nothing, Table } from "./section";

export function ActList({ acts }: { acts: readonly Act[] }) {
  if (acts.length === 0) return <Nothing>Nobody has done anything yet.</Nothing>;
  return (
    <Table label="Acts" heads={["When", "Who", "What", "To what"]}>
      {acts.map(({ id, at, operator, action, target }) => (
        <tr key={id}>
          <td>
            <Moment at={at} />
          </td>
          <td className="wrap-anywhere min-w-52">{operator}</td>
          <td className="min-w-36">{action}</td>
          <td className="wrap-anywhere min-w-36 text-muted text-sm">{target ?? "–"}</td>
        </tr>
      ))}
    </Table>
  );
}
