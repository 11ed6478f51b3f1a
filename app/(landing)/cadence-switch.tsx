const CHOICE =
  "flex min-h-11 cursor-pointer items-center rounded-full px-4 font-medium text-muted transition-[color,background-color] has-checked:bg-ink has-checked:text-paper has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2";

/** Monthly or yearly. Two radio buttons; which prices show is decided by CSS, so it works before and without scripts. */
export function CadenceSwitch() {
  return (
    <fieldset className="flex rounded-full border border-line bg-surface p-1">
      <legend className="sr-only">Show prices</legend>
      <label className={CHOICE}>
        <input type="radio" name="cadence" value="month" defaultChecked className="sr-only" />
        Monthly
      </label>
      <label className={CHOICE}>
        <input type="radio" name="cadence" value="year" className="sr-only" />
        Yearly
      </label>
    </fieldset>
  );
}
