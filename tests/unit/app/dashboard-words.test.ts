import { describe, expect, it } from "vitest";
import { pollDelay } from "@/app/dashboard/poll-delay";
import { itemWords, planName, planWithSeats, totalWords } from "@/app/dashboard/price-lines";
import type { PriceView } from "@/lib/billing/on-sale";
import { httpsUrl } from "@/lib/https-url";

const price = (amount: number | null, given: Partial<PriceView> & { currency?: string } = {}): PriceView => {
  const { currency = "usd", ...rest } = given;
  const unitAmount = amount === null ? null : { amount, currency };
  return { id: "price_1", unitAmount, interval: "month", intervalCount: 1, metered: false, ...rest };
};
const item = (
  itsPrice: PriceView | null,
  quantity: number | null = 1,
  productName: string | null = "Team",
) => ({
  id: "si_1",
  productName,
  price: itsPrice,
  quantity,
});

describe("what a subscription costs", () => {
  it.each([
    [item(price(2000)), "$20.00 per month"],
    [item(price(2000), 5), "5 × $20.00 per month"],
    [item(price(2000), 1250), "1,250 × $20.00 per month"],
    [item(price(2000, { intervalCount: 3 })), "$20.00 every 3 months"],
    [item(price(2, { metered: true }), null), "$0.02 for each unit, per month"],
    [item(price(null), null), "By usage, per month"],
    [item(null), "Price not known yet"],
  ])("an item is put into words", (given, words) => {
    expect(itemWords(given)).toBe(words);
  });

  it("is one figure only where one figure is true", () => {
    expect(totalWords([item(price(2000), 3), item(price(900))])).toBe("$69.00 per month");
    expect(totalWords([item(price(2000), 0), item(price(900))])).toBe("$9.00 per month");
    expect(totalWords([item(price(2000)), item(price(900, { interval: "year" }))])).toBeNull();
    expect(totalWords([item(price(2000)), item(price(900, { currency: "eur" }))])).toBeNull();
    expect(totalWords([item(price(2000)), item(price(1, { metered: true }), null)])).toBeNull();
    expect(totalWords([item(price(2000)), item(null)])).toBeNull();
    expect(totalWords([])).toBeNull();
  });

  it("of two changes of one plan, the seats tell which is which", () => {
    const team = { name: "Team", seats: { most: 500 } };
    expect(planWithSeats(team, 3)).toBe("Team with 3 seats");
    expect(planWithSeats(team, 1)).toBe("Team with 1 seat");
    expect(planWithSeats({ name: "Solo", seats: null }, 1)).toBe("Solo");
  });

  it("has a name even where the product is not known yet", () => {
    expect(planName([item(null, 1, "Team"), item(null, 1, "Solo"), item(null, 1, "Team")])).toBe(
      "Team + Solo",
    );
    expect(planName([item(null, 1, null)])).toBe("Your plan");
  });
});

it("only https addresses become links", () => {
  expect(httpsUrl("https://invoice.stripe.com/i/1")).toBe("https://invoice.stripe.com/i/1");
  for (const url of ["javascript:alert(1)", "http://example.com", "//example.com", "", null])
    expect(httpsUrl(url)).toBeNull();
});

it("an open dashboard asks often at first, and never gives up", () => {
  const pending = [0, 1, 2, 3, 10, 2_000].map((asked) => pollDelay({ isPending: true, asked, openForMs: 0 }));
  expect(pending).toEqual([1_000, 1_500, 2_250, 3_375, 10_000, 10_000]);
  expect(pollDelay({ isPending: false, asked: 3, openForMs: 119_000 })).toBe(5_000);
  expect(pollDelay({ isPending: false, asked: 40, openForMs: 121_000 })).toBe(60_000);
});
