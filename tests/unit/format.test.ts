import { describe, expect, it } from "vitest";
import {
  formatDate,
  formatDateTime,
  formatDistance,
  formatInstant,
  formatInterval,
  formatMoney,
} from "@/lib/format";

describe("money is read in Stripe's minor units", () => {
  it.each([
    [{ amount: 2000, currency: "usd" }, "$20.00"],
    [{ amount: 1, currency: "usd" }, "$0.01"],
    [{ amount: 0, currency: "eur" }, "€0.00"],
    [{ amount: -1250, currency: "usd" }, "-$12.50"],
    [{ amount: 123456789, currency: "GBP" }, "£1,234,567.89"],
    [{ amount: 500, currency: "jpy" }, "¥500"],
    [{ amount: 9900, currency: "krw" }, "₩9,900"],
    [{ amount: 1500, currency: "kwd" }, "KWD 1.500"],
    [{ amount: 123400, currency: "tnd" }, "TND 123.400"],
  ])("%o is %s", (money, words) => {
    expect(formatMoney(money).replace("\u00a0", " ")).toBe(words);
  });

  it("counts ISK and UGX in hundredths, as Stripe does, and shows none", () => {
    expect(formatMoney({ amount: 50000, currency: "isk" })).toBe("ISK\u00a0500");
    expect(formatMoney({ amount: 50000, currency: "ugx" })).toBe("UGX\u00a0500");
  });

  it("never rounds, where Intl would drop the decimals that Stripe charges", () => {
    expect(formatMoney({ amount: 99050, currency: "huf" })).toBe("HUF\u00a0990.50");
    expect(formatMoney({ amount: 150050, currency: "lak" })).toBe("LAK\u00a01,500.50");
    expect(formatMoney({ amount: 99000, currency: "lak" })).toBe("LAK\u00a0990");
  });

  it("leaves out zero decimals only where asked to, and only if all are zero", () => {
    expect(formatMoney({ amount: 2000, currency: "usd" }, "short")).toBe("$20");
    expect(formatMoney({ amount: 2050, currency: "usd" }, "short")).toBe("$20.50");
  });

  it("shows a currency that is no currency rather than failing the page", () => {
    expect(formatMoney({ amount: 1234, currency: "points" })).toBe("12.34 points");
    expect(formatMoney({ amount: 1234, currency: "" })).toBe("12.34");
    expect(formatMoney({ amount: 1234, currency: "xqz" })).toBe("XQZ\u00a012.34");
  });
});

describe("dates are in UTC, wherever the server stands", () => {
  const lateEvening = new Date("2026-11-27T23:59:09Z");

  it("does not slip to the next day east of Greenwich", () => {
    expect(formatDate(lateEvening)).toBe("27 Nov 2026");
    expect(formatDateTime(lateEvening)).toBe("27 Nov 2026, 23:59 UTC");
    expect(formatInstant(lateEvening)).toBe("27 Nov 2026, 23:59:09 UTC");
  });

  it.each([
    ["2026-11-27T00:00:00Z", "today"],
    ["2026-11-28T00:00:00Z", "tomorrow"],
    ["2026-11-26T23:59:59Z", "yesterday"],
    ["2026-12-09T12:00:00Z", "in 12 days"],
    ["2026-11-24T12:00:00Z", "3 days ago"],
  ])("%s is %s", (date, words) => {
    expect(formatDistance(new Date(date), lateEvening)).toBe(words);
  });
});

it.each([
  ["month", 1, "per month"],
  ["year", 1, "per year"],
  ["month", 3, "every 3 months"],
  ["week", 2, "every 2 weeks"],
  [null, 1, "once"],
])("an interval of %s × %i is charged %s", (interval, count, words) => {
  expect(formatInterval(interval, count)).toBe(words);
});
