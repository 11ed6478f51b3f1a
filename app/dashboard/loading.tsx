/** The shape of the page while it is read. */
export default function Loading() {
  return (
    <div role="status">
      <span className="sr-only">Loading your billing</span>
      <div className="skeleton h-9 w-32" />
      <div className="card mt-8 px-6 py-7 sm:px-8">
        <div className="skeleton h-8 w-40" />
        <div className="skeleton mt-4 h-6 w-20" />
        <div className="skeleton mt-4 h-6 w-64 max-w-full" />
        <div className="skeleton mt-9 h-1.5" />
      </div>
      <div className="skeleton mt-14 h-7 w-24" />
      <div className="card mt-5 flex flex-col gap-6 px-6 py-6">
        <div className="skeleton h-5" />
        <div className="skeleton h-5" />
        <div className="skeleton h-5" />
      </div>
    </div>
  );
}
