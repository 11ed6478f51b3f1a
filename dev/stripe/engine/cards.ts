/** What charging a payment method does. */
export type CardBehaviour =
  | "succeeds"
  | "declined"
  | "attaches_then_declined"
  | "insufficient_funds"
  | "lost_card"
  | "stolen_card"
  | "expired_card"
  | "incorrect_cvc"
  | "processing_error"
  | "asks_3ds"
  | "asks_3ds_always"
  | "debit"
  | "debit_fails";

export type TestCard = { number: string; behaviour: CardBehaviour; country: string; tokens: string[] };

const card = (number: string, behaviour: CardBehaviour, tokens: string[] = [], country = "US"): TestCard => ({
  number,
  behaviour,
  tokens,
  country,
});

/** The cards that exist here. `pm_card_` and `tok_` before a token name the same card. https://docs.stripe.com/testing */
const TEST_CARDS: TestCard[] = [
  card("4242424242424242", "succeeds", ["visa"]),
  card("4000056655665556", "succeeds", ["visa_debit"]),
  card("5555555555554444", "succeeds", ["mastercard"]),
  card("5200828282828210", "succeeds", ["mastercard_debit"]),
  card("378282246310005", "succeeds", ["amex"]),
  card("6011111111111117", "succeeds", ["discover"]),
  card("3056930009020004", "succeeds", ["diners"]),
  card("3566002020360505", "succeeds", ["jcb"]),
  card("6200000000000005", "succeeds", ["unionpay"]),
  card("4000002760000016", "succeeds", ["de"], "DE"),
  card("4000008260000000", "succeeds", ["gb"], "GB"),
  card("4000000000000077", "succeeds", ["bypassPending"]),
  card("4000000000000002", "declined", ["chargeDeclined", "visa_chargeDeclined"]),
  card("4000000000009995", "insufficient_funds", [
    "chargeDeclinedInsufficientFunds",
    "visa_chargeDeclinedInsufficientFunds",
  ]),
  card("4000000000009987", "lost_card", ["chargeDeclinedLostCard", "visa_chargeDeclinedLostCard"]),
  card("4000000000009979", "stolen_card", ["chargeDeclinedStolenCard", "visa_chargeDeclinedStolenCard"]),
  card("4000000000000069", "expired_card", ["chargeDeclinedExpiredCard"]),
  card("4000000000000127", "incorrect_cvc", ["chargeDeclinedIncorrectCvc"]),
  card("4000000000000119", "processing_error", ["chargeDeclinedProcessingError"]),
  card("4000000000000341", "attaches_then_declined", ["chargeCustomerFail"]),
  card("4000002500003155", "asks_3ds", ["authenticationRequiredOnSetup"]),
  card("4000000000003220", "asks_3ds", ["threeDSecure2Required"]),
  card("4000000000003063", "asks_3ds", ["threeDSecureRequired"]),
  card("4000002760003184", "asks_3ds_always", ["authenticationRequired"], "DE"),
];

const byNumber = new Map(TEST_CARDS.map((card) => [card.number, card]));
const byToken = new Map(TEST_CARDS.flatMap((card) => card.tokens.map((token) => [token, card] as const)));

export const testCard = (number: string): TestCard | undefined => byNumber.get(number);

/** The card behind `pm_card_visa` or `tok_visa`. */
export function cardOfToken(token: string): TestCard | undefined {
  const [, name] = /^(?:pm_card|tok)_(.+)$/.exec(token) ?? [];
  return name === undefined ? undefined : byToken.get(name);
}

/** Whether the digits of a card's number fit its last one, as all real numbers do (Luhn). */
export function isCardNumber(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  const sum = [...number].reverse().reduce((sum, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 1 : 2);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

const BRANDS: [RegExp, string][] = [
  [/^4/, "visa"],
  [/^5[1-5]|^2[2-7]/, "mastercard"],
  [/^3[47]/, "amex"],
  [/^30|^36|^38/, "diners"],
  [/^35/, "jcb"],
  [/^62/, "unionpay"],
  [/^6/, "discover"],
];

export const brandOf = (number: string): string =>
  BRANDS.find(([pattern]) => pattern.test(number))?.[1] ?? "unknown";

/** Whether the check digits of an account's number are right (ISO 13616). */
export function isIban(iban: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{8,30}$/.test(iban)) return false;
  const digits = [...(iban.slice(4) + iban.slice(0, 4))].map((letter) => parseInt(letter, 36)).join("");
  return BigInt(digits) % 97n === 1n;
}

/** The accounts whose bank sends every debit back. */
const FAILING_IBANS = ["AT861904300235473202", "IT60X0542811101000000123456"];

export const debitBehaviour = (iban: string): CardBehaviour =>
  FAILING_IBANS.includes(iban) ? "debit_fails" : "debit";
