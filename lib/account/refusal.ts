/** Where on the form it belongs; null for the whole form. */
export type RefusedField = "email" | "password" | null;

/** What a user asked of their account cannot be done. The message is theirs to read: it says why, and what to do. */
export class AccountRefusal extends Error {
  override name = "AccountRefusal";
  readonly field: RefusedField;

  private constructor(field: RefusedField, message: string) {
    super(message);
    this.field = field;
  }

  static wrongPassword() {
    return new AccountRefusal("password", "This is not your password.");
  }

  static tooManyAttempts() {
    return new AccountRefusal("password", "Too many attempts. Wait a minute, then try again.");
  }

  static addressTaken() {
    return new AccountRefusal("email", "There is already an account with this address.");
  }

  static sameAddress() {
    return new AccountRefusal("email", "This is your address already.");
  }
}
