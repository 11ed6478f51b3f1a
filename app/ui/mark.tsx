/** The product's sign: three stones, one on the other. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" fill="currentColor" className={className}>
      <ellipse cx="16" cy="25" rx="13" ry="4.6" />
      <ellipse cx="17" cy="15.6" rx="9" ry="4" />
      <ellipse cx="15.4" cy="7.6" rx="5.4" ry="3.2" />
    </svg>
  );
}
