import type Stripe from "stripe";
import type * as z from "zod";
import type { Account } from "../account.ts";
import { draftCreditNote } from "../engine/credit-note-draft.ts";
import { createCreditNote, voidCreditNote } from "../engine/credit-notes.ts";
import { endpoint, found, page } from "../http/endpoint.ts";
import {
  decimal,
  hash,
  integer,
  isWithin,
  list,
  mergeMetadata,
  metadata,
  oneOf,
  paging,
  params,
  range,
  text,
  timestamp,
} from "../http/params.ts";

const path = "/v1/credit_notes";

const line = hash({
  amount: integer.optional(),
  description: text.optional(),
  invoice_line_item: text.optional(),
  metadata: metadata.optional(),
  quantity: integer.optional(),
  type: oneOf("custom_line_item", "invoice_line_item"),
  unit_amount: integer.optional(),
  unit_amount_decimal: decimal.optional(),
});

const fields = {
  amount: integer.optional(),
  credit_amount: integer.optional(),
  effective_at: timestamp.optional(),
  email_type: oneOf("credit_note", "none").optional(),
  invoice: text,
  lines: list(line).optional(),
  memo: text.optional(),
  metadata: metadata.optional(),
  out_of_band_amount: integer.optional(),
  reason: oneOf("duplicate", "fraudulent", "order_change", "product_unsatisfactory").optional(),
  refund_amount: integer.optional(),
  refunds: list(hash({ amount_refunded: integer.optional(), refund: text })).optional(),
};

const create = params<Stripe.CreditNoteCreateParams>()(fields);
const preview = params<Stripe.CreditNotePreviewParams>()(fields);

const update = params<Stripe.CreditNoteUpdateParams>()({
  memo: text.optional(),
  metadata: metadata.optional(),
});

/** The invoice that a request names, and what is to be credited of it. */
function readDraft(account: Account, given: z.output<typeof create>) {
  const { invoice, lines, metadata, ...rest } = given;
  const draft = {
    ...rest,
    lines: lines?.map((line) => ({ ...line, metadata: mergeMetadata({}, line.metadata) })),
    metadata: mergeMetadata({}, metadata),
  };
  return { invoice: found(account, "invoice", invoice, "invoice"), draft };
}

/** https://docs.stripe.com/api/credit_notes */
export const creditNotes = [
  endpoint("POST", path, create, ({ account, params }) => {
    const { invoice, draft } = readDraft(account, params);
    return createCreditNote(account, invoice, draft);
  }),

  endpoint("GET", `${path}/preview`, preview, ({ account, params }) => {
    const { invoice, draft } = readDraft(account, params);
    return draftCreditNote(account, invoice, draft);
  }),

  endpoint(
    "GET",
    `${path}/preview/lines`,
    params<Stripe.CreditNoteListPreviewLineItemsParams>()({ ...fields, ...paging }),
    (call) => {
      const { limit, starting_after, ending_before, ...given } = call.params;
      const { invoice, draft } = readDraft(call.account, given);
      const { lines } = draftCreditNote(call.account, invoice, draft);
      return page(call, lines.data, { limit, starting_after, ending_before });
    },
  ),

  endpoint("POST", `${path}/:id`, update, ({ account, id, params }) => {
    const before = found(account, "credit_note", id);
    const changes = {
      memo: params.memo ?? before.memo,
      metadata: mergeMetadata(before.metadata ?? {}, params.metadata),
    };
    return account.change("credit_note", before, changes, "credit_note.updated");
  }),

  endpoint("POST", `${path}/:id/void`, params<Stripe.CreditNoteVoidCreditNoteParams>()({}), (call) =>
    voidCreditNote(call.account, found(call.account, "credit_note", call.id)),
  ),

  endpoint("GET", `${path}/:id`, params<Stripe.CreditNoteRetrieveParams>()({}), ({ account, id }) =>
    found(account, "credit_note", id),
  ),

  endpoint("GET", `${path}/:id/lines`, params<Stripe.CreditNoteListLineItemsParams>()(paging), (call) =>
    page(call, found(call.account, "credit_note", call.id).lines.data, call.params),
  ),

  endpoint(
    "GET",
    path,
    params<Stripe.CreditNoteListParams>()({
      ...paging,
      created: range.optional(),
      customer: text.optional(),
      invoice: text.optional(),
    }),
    (call) => {
      const { created, customer, invoice } = call.params;
      const notes = call.account.store
        .all("credit_note")
        .filter(
          (note) =>
            isWithin(note.created, created) &&
            (customer === undefined || note.customer === customer) &&
            (invoice === undefined || note.invoice === invoice),
        );
      return page(call, notes, call.params);
    },
  ),
];
