import { expect, it } from "vitest";
import { layOutPayload, maskPayload } from "@/lib/operator/mask";

const PAYLOAD = JSON.stringify({
  id: "evt_1AbCdEfG",
  type: "customer.updated",
  created: 1_790_000_000,
  data: {
    object: {
      id: "cus_1AbCdEfG",
      object: "customer",
      email: "ada@example.com",
      name: "Ada",
      phone: "+44 1",
      address: { line1: "12 Hall Rd", city: "London" },
      metadata: { nickname: "countess" },
      default_source: "card_1AbCdEfG",
      client_secret: "seti_1AbCdEfG",
      something_new: "perhaps personal",
      currency: "usd",
      balance: -200,
      livemode: false,
    },
  },
});

it("whatever may be about a person is dots, and what helps to find a fault is not", () => {
  const masked = maskPayload(PAYLOAD);
  for (const personal of [
    "ada@",
    "Ada",
    "+44",
    "Hall",
    "London",
    "countess",
    "nickname",
    "seti_",
    "perhaps personal",
  ])
    expect(masked).not.toContain(personal);
  for (const plain of [
    "evt_1AbCdEfG",
    "customer.updated",
    "cus_1AbCdEfG",
    "card_1AbCdEfG",
    "usd",
    "-200",
    "1790000000",
  ])
    expect(masked).toContain(plain);
});

it("asked for, everything is there; what is no JSON is nothing", () => {
  expect(JSON.parse(layOutPayload(PAYLOAD))).toEqual(JSON.parse(PAYLOAD));
  expect(maskPayload("<html>")).toBe("");
});
