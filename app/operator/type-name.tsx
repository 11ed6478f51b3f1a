import { Fragment } from "react";

/** An event's type, which breaks at a dot where it has to: `customer.subscription.` / `updated`. */
export function TypeName({ type }: { type: string }) {
  return type.split(".").map((part, index) => (
    <Fragment key={part}>
      {index > 0 ? (
        <>
          .<wbr />
        </>
      ) : null}
      {part}
    </Fragment>
  ));
}
