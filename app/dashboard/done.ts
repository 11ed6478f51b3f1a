/** What somebody came back from, in words. A change that waits is not among it: its notice says so for as long as it does. */
export const DONE = {
  changed: { title: "Your plan is changed", words: "It is as you see it below, from now on." },
  kept: { title: "Your plan stays as it is", words: "The change that waited was taken back." },
  cancelled: {
    title: "Your plan is cancelled",
    words: "You can use it until its end, and until then you can resume it.",
  },
  ended: { title: "Your plan has ended", words: "Nothing more is charged for it." },
  unpaused: { title: "Your plan goes on", words: "The pause is over, and a new period has begun." },
  unpaid_pause: {
    title: "Your plan is still paused",
    words: "Its payment was not made. As soon as it is, your plan goes on.",
  },
  resumed: { title: "Your plan goes on", words: "The cancellation was taken back." },
};
