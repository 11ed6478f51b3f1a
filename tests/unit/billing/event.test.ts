import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseEvent } from "@/lib/billing/webhook/event";
import { aCustomer, anEvent, anInvoice, T0 } from "../../support/events";

function parse(body: object | string) {
  const event = parseEvent(typeof body === "string" ? body : JSON.stringify(body));
  if (typeof event === "string") throw new Error(event);
  return event;
}

describe("the envelope of an event", () => {
  it("is read whole", () => {
    const body = anEvent("invoice.paid", anInvoice(), { id: "evt_1", account: "acct_1", livemode: true });
    expect(parse(body)).toEqual({
      id: "evt_1",
      type: "invoice.paid",
      apiVersion: "2026-10-28.endive",
      created: new Date(T0 * 1000),
      livemode: true,
      account: "acct_1",
      objectId: "in_1",
      customerId: "cus_1",
      object: anInvoice(),
      previous: {},
      payload: JSON.stringify(body),
    });
  });

  it("names the customer that it is about, also where it is the customer itself", () => {
    expect(parse(anEvent("customer.updated", aCustomer({ id: "cus_7" }))).customerId).toBe("cus_7");
    expect(parse(anEvent("product.updated", { id: "prod_1", object: "product" })).customerId).toBeNull();
  });

  it("holds what an update did away with", () => {
    const data = { object: aCustomer(), previous_attributes: { email: null } };
    expect(parse(anEvent("customer.updated", {}, { data })).previous).toEqual({ email: null });
  });

  it("of a thin event of v2 names its object", () => {
    const thin = {
      id: "evt_2",
      type: "v1.billing.meter.error_report_triggered",
      created: "2026-11-24T12:00:00.000Z",
      related_object: { id: "mtr_1", type: "billing.meter" },
    };
    expect(parse(thin)).toMatchObject({
      objectId: "mtr_1",
      created: new Date("2026-11-24T12:00:00Z"),
      object: {},
      account: null,
      apiVersion: null,
      livemode: false,
    });
  });

  it("without an id is told from others by its bytes", () => {
    const body = JSON.stringify({ type: "invoice.paid" });
    expect(parse(body).id).toBe(`sha256_${createHash("sha256").update(body).digest("hex")}`);
  });

  it.each([
    ["not json", "The body is not a JSON object."],
    ["null", "The body is not a JSON object."],
    ["[]", "The body is not a JSON object."],
    ["{}", "The body is not an event: it has no type."],
    ['{"type":7}', "The body is not an event: it has no type."],
  ])("%s is no event", (body, why) => {
    expect(parseEvent(body)).toBe(why);
  });
});
