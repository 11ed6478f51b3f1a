import { expect, it } from "vitest";
import { problemFromAnswer } from "@/app/(auth)/credentials";

it("a name that is not taken is said at the name, and what nobody expected in the form", () => {
  expect(problemFromAnswer(400, "INVALID_NAME", 0).fields.name).toContain("100 characters");
  expect(problemFromAnswer(422, "FAILED_TO_CREATE_USER", 0)).toEqual({
    fields: {},
    form: expect.stringContaining("nothing was changed"),
  });
});
