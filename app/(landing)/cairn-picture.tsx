const STONES = [
  {
    words: "No meetings on Friday",
    when: "Ines, 4 Mar",
    stone: "w-[58%] -translate-x-[4%] rounded-[50%/58%_46%_54%_48%] bg-accent text-on-accent py-4",
  },
  {
    words: "Postgres, not a queue",
    when: "Tomás, 11 Feb",
    stone: "card w-[70%] translate-x-[5%] rounded-[50%/48%_56%_46%_56%] py-5",
  },
  {
    words: "Prices without tax, tax on the invoice",
    when: "Maren, 30 Jan",
    stone: "card w-[88%] -translate-x-[2%] rounded-[50%/54%_48%_52%_48%] py-6",
  },
  {
    words: "We answer every customer within a day",
    when: "Everybody, 9 Jan",
    stone: "card w-full rounded-[50%/46%_52%_50%_54%] py-7",
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
      {STONES.map(({ words, when, stone }) => (
        <div
          key={words}
          aria-hidden="true"
          className={`flex flex-col items-center justify-center px-8 text-center ${stone}`}
        >
          <span className="text-balance font-medium leading-5">{words}</span>
          <span className="mt-1 text-xs opacity-80">{when}</span>
        </div>
      ))}
    </div>
  );
}
