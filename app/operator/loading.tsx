/** The shape of a page while it is read. */
export default function Loading() {
  return (
    <div role="status" className="mt-6">
      <span className="sr-only">Loading</span>
      <div className="skeleton h-9 w-40" />
      <div className="card mt-8 flex flex-col gap-6 px-6 py-6">
        <div className="skeleton h-5" />
        <div className="skeleton h-5" />
        <div className="skeleton h-5" />
        <div className="skeleton h-5" />
      </div>
    </div>
  );
}
