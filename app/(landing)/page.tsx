import { SITE } from "@/lib/site";
import { BUTTON } from "../ui/button";
import { PageLink } from "../ui/page-link";
import { CairnPicture } from "./cairn-picture";
import { FirstStep } from "./first-step";
import { Pricing } from "./pricing";

const FACTS = [
  {
    title: "Written in two minutes",
    words: "A question, the choice, the reasons, a date. There is nothing to set up and no template to fill.",
  },
  {
    title: "Found by asking",
    words:
      "Ask why something is the way it is, and read the page that settled it, with the people who were there.",
  },
  {
    title: "Honest about change",
    words: "A decision that was reversed stays where it was, and points to the one that took its place.",
  },
];

export default function LandingPage() {
  return (
    <div className="mx-auto w-full max-w-5xl px-5 sm:px-8">
      <section className="grid items-center gap-x-16 gap-y-14 py-16 sm:py-24 lg:grid-cols-[1.1fr_1fr]">
        <div>
          <h1 className="font-semibold text-[2.6rem] leading-[1.05] tracking-[-0.04em] sm:text-6xl">
            {SITE.tagline}
          </h1>
          <p className="mt-6 max-w-md text-lg text-muted leading-7">{SITE.description}</p>
          <div className="mt-9 flex flex-wrap gap-3">
            <FirstStep />
            <PageLink href="/#pricing" className={BUTTON.quiet}>
              See the plans
            </PageLink>
          </div>
        </div>
        <CairnPicture />
      </section>

      <section aria-labelledby="why" className="border-line border-t py-16">
        <h2 id="why" className="sr-only">
          Why teams keep one
        </h2>
        <dl className="grid gap-x-12 gap-y-8 sm:grid-cols-3">
          {FACTS.map(({ title, words }) => (
            <div key={title}>
              <dt className="font-semibold">{title}</dt>
              <dd className="mt-1.5 text-muted">{words}</dd>
            </div>
          ))}
        </dl>
      </section>

      <section aria-labelledby="pricing" className="border-line border-t pt-16">
        <Pricing />
      </section>
    </div>
  );
}
