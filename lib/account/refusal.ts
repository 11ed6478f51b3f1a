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

  static tooManyAttempts(field: RefusedField) {
    return new AccountRefusal(field, "Too many attempts. Wait a minute, then try again.");
  }

  static addressTaken() {
    return new AccountRefusal(null, "There is already an account with this address.");
  }

  static sameAddress() {
    return new AccountRefusal("email", "This is your address already.");
  }

  static addressRefused() {
    return new AccountRefusal("email", "This address takes no mail. Look whether it is written right.");
  }

  static notMailed() {
    return new AccountRefusal(null, "The mail could not be sent just now. Try again in a moment.");
  }

  static tooManyMails() {
    return new AccountRefusal(
      null,
      "Enough mails were sent for today. Look for them, or try again tomorrow.",
    );
  }

  static noMail() {
    return new AccountRefusal(null, "This app sends no mail, so that a new address cannot be confirmed.");
  }

  static linkNotGood() {
    return new AccountRefusal(null, "This link is not good any more. Ask for a new one in your settings.");
  }
}
