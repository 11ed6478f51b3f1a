/** @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { TEST_CARDS } from "./test-cards.ts";

/** What a form said before, and what was wrong with it, by the names of its fields. */
export type Filled = { values?: Record<string, string>; errors?: Record<string, string> };

type FieldProps = Filled & {
  name: string;
  label: string;
  type?: "text" | "email" | "tel";
  autocomplete?: string;
  numeric?: boolean;
  placeholder?: string;
  required?: boolean;
};

/** A field with its label, its value, and what is wrong with it, said beside it. The first that is wrong has the focus. */
export const Field = ({ name, label, type = "text", numeric, values, errors, ...rest }: FieldProps) => {
  const error = errors?.[name];
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        type={type}
        id={name}
        name={name}
        value={values?.[name] ?? ""}
        {...(numeric ? { inputmode: "numeric" } : {})}
        {...(error ? { "aria-invalid": "true", "aria-describedby": `${name}-error`, autofocus: true } : {})}
        {...rest}
      />
      {error && (
        <p class="error" id={`${name}-error`}>
          {error}
        </p>
      )}
    </div>
  );
};

/** A card: its number, expiry and CVC, the name on it, and the numbers that are good for a try. */
export const CardFields = ({ values, errors }: Filled) => {
  const filled = { ...(values ? { values } : {}), ...(errors ? { errors } : {}) };
  return (
    <>
      <Field
        name="number"
        label="Card number"
        autocomplete="cc-number"
        numeric
        placeholder="1234 1234 1234 1234"
        required
        {...filled}
      />
      <div class="pair">
        <Field
          name="expiry"
          label="Expiry (MM / YY)"
          autocomplete="cc-exp"
          numeric
          placeholder="12 / 34"
          required
          {...filled}
        />
        <Field name="cvc" label="CVC" autocomplete="cc-csc" numeric placeholder="123" required {...filled} />
      </div>
      <Field name="name" label="Name on card" autocomplete="cc-name" required {...filled} />
      <TestCards />
    </>
  );
};

const TestCards = () => (
  <details>
    <summary>Test cards</summary>
    <ul class="cards">
      {TEST_CARDS.map(({ number, says }) => (
        <li>
          <button type="button" data-number={number}>
            {number}
          </button>
          <span class="soft">{says}</span>
        </li>
      ))}
    </ul>
    <p class="small soft">Any expiry to come and any three digits will do.</p>
    <script>{raw(FILL)}</script>
  </details>
);

/** A click on a test card fills in what it needs. Without scripts the numbers can be typed. */
const FILL = `
for (const button of document.querySelectorAll("[data-number]")) button.addEventListener("click", () => {
  const put = (id, value) => { const field = document.getElementById(id); if (field) field.value = value; };
  put("number", button.dataset.number); put("expiry", "12 / 34"); put("cvc", "123");
  const name = document.getElementById("name"); if (name && !name.value) name.value = "Test Customer";
});`;

/** A bank account in the euro area, and the numbers that are good for a try. */
export const IbanFields = (filled: Filled) => (
  <>
    <Field name="iban" label="IBAN" placeholder="AT61 1904 3002 3457 3201" required {...filled} />
    <Field name="name" label="Name on account" autocomplete="name" required {...filled} />
    <p class="small soft">AT61 1904 3002 3457 3201 goes through, AT86 1904 3002 3547 3202 comes back.</p>
  </>
);
