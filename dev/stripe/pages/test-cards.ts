/** The cards that behave on purpose. https://docs.stripe.com/testing */
export const TEST_CARDS = [
  { number: "4242 4242 4242 4242", says: "succeeds" },
  { number: "4000 0000 0000 0002", says: "is declined" },
  { number: "4000 0000 0000 9995", says: "has insufficient funds" },
  { number: "4000 0000 0000 0341", says: "can be saved, is declined when charged" },
  { number: "4000 0025 0000 3155", says: "asks for 3D Secure once" },
  { number: "4000 0027 6000 3184", says: "asks for 3D Secure each time" },
] as const;
