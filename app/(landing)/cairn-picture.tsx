const STONES = [
  {
    words: "No meetings on Friday",
    when: "Ines, 4 Mar",
    shape: "w-[52%] translate-x-[-4%] rounded-[50%/58%_46%_54%_48%]",
  },
  {
    words: "Postgres, not a queue",
    when: "Tomás, 11 Feb",
    shape: "w-[68%] translate-x-[5%] rounded-[50%/48%_56%_46%_56%]",
  },
  {
    words: "Prices without tax, tax on the invoice",
    when: "Maren, 30 Jan",
    shape: "w-[86%] translate-x-[-2%] rounded-[50%/54%_48%_52%_48%]",
  },
  {
    words: "We answer every customer within a day",
    when: "Everybody, 9 Jan",
    shape: "w-full rounded-[50%/46%_52%_50%_54%]",
  },
];

/** What the product is, as a picture: decisions, one resting on the other. */
export function CairnPicture() {
  return (
    <div
      role="img"
      aria-label="Four decisions with their authors and dates, stacked like the stones of a cairn"
      className="mx-auto flex w-full max-w-md flex-col items-center gap-1"
    >
      {STONES.map(({ words, when, shape }, depth) => (
        <div
          key={words}
          aria-hidden="true"
          className={`card flex flex-col items-center justify-center px-8 text-center ${shape} ${depth === 0 ? "py-4" : "py-6"}`}
        >
          <span className="font-medium leading-5">{words}</span>
          <span className="mt-1 text-muted text-xs">{when}</span>
        </div>
      ))}
    </div>
  );
}
