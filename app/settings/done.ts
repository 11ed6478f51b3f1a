/** What somebody came back from, in words. */
export const DONE = {
  name: {
    title: "Your name is saved",
    words: "Bills from now on carry it too, unless you gave them another.",
  },
  email: {
    title: "Your e-mail address is changed",
    words: "Sign in with it from now on. Bills go there too, unless you gave them another address.",
  },
  asked: {
    title: "Open the link that we sent you",
    words: "It is in the mailbox of your new address. Until then the old one stays.",
  },
  again: { title: "The link is on its way again", words: "Look into the folder for spam too." },
  kept: {
    title: "Your e-mail address stays as it is",
    words: "The link that was sent opens nothing any more.",
  },
  password: { title: "Your password is changed", words: "Everywhere else you are signed out." },
  elsewhere: { title: "You are signed out everywhere else", words: "Only this sign-in is left." },
};
