import type { DeedName } from "./deeds";

const NOBODY = /^resource_missing: No such customer/;
const NO_CARD = /^resource_missing: This customer has no attached payment source/;
const DECLINED = /^card_declined: /;
const ASKS_OWNER = /^invoice_payment_intent_requires_action: /;
const OFF_SALE = /^The price specified is inactive/;
const OVER = /^A canceled subscription can only update its/;
const NOT_BEGUN = /^You cannot update a subscription in `incomplete` status/;
const PLANNED = /^The subscription is managed by the subscription schedule/;
const TWICE = /^Cannot add multiple subscription items with the same plan/;

const newOnes = [NOBODY, OFF_SALE];
const updates = [OVER, NOT_BEGUN, NO_CARD];
const items = [...updates, OFF_SALE, TWICE];
const plans = [
  ...items,
  /^You cannot migrate a canceled subscription/,
  /^You cannot migrate .* already attached/,
];
const endings = [OVER, PLANNED];
const payments = [DECLINED, ASKS_OWNER, /^Invoice is already paid/, /^This invoice has been voided/];

/** What Stripe refuses a deed for, by its code or in its words: who asks does not always know how things stand. */
export const REFUSALS: Record<DeedName, readonly RegExp[]> = {
  subscribe: newOnes,
  tryFree: newOnes,
  checkOut: [...newOnes, DECLINED],
  checkOutByDebit: newOnes,
  changePlan: items,
  changeQuantity: items,
  upgrade: [...items, ...payments],
  addItem: items,
  removeItem: items,
  note: [],
  endLater: endings,
  endOn: endings,
  endNow: [/^resource_missing: No such subscription/],
  revive: endings,
  changeCard: [OVER],
  endTrial: updates,
  pause: [/^A subscription with a status of \w+ cannot be paused/, NO_CARD],
  pauseBills: [OVER],
  plan: plans,
  planBeginning: newOnes,
  dropPlan: [...plans, /^You cannot \w+ the subscription schedule `\w+`: it is \w+,/],
  pay: payments,
  payUp: payments,
  finalize: [NOBODY, /^invoice_not_editable: This invoice is already finalized/],
  giveUp: [
    /^You can only mark open invoices as uncollectible\./,
    /^You can only pass in open or uncollectible invoices\./,
  ],
  billOnce: [NOBODY],
  credit: [
    /^The credit note amount .* is greater than what is left/,
    /^The sum of credit amount, refund amount, .* must equal/,
    /^There is no charge of this invoice to refund/,
    /^You can only create credit notes for open, paid or uncollectible invoices/,
    /^Refund amount .* is greater than/,
  ],
  rename: [NOBODY],
  changeCatalogue: [],
  changeAddOn: [],
  changeFeatures: [],
  leave: [NOBODY],
  startOver: newOnes,
};
