/** The look of all hosted pages. Served by pages/routes.tsx, so that browsers keep it. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f4ef; --card: #fffdf9; --ink: #1d2522; --soft: #5a645f; --line: #ddd8cc; --field: #ffffff;
  --accent: #0f6b5c; --accent-ink: #ffffff; --accent-soft: #e2f0ec; --bad: #a8281b; --bad-soft: #fbe9e5;
  --warn-soft: #fdf1d3; --focus: #0f6b5c; --bar: #1d2522; --bar-ink: #f6f4ef; --tag: #f3c34a; --tag-ink: #2b2105;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141917; --card: #1c2320; --ink: #e9ece7; --soft: #a3aea8; --line: #35403b; --field: #121715;
    --accent: #58c5b0; --accent-ink: #06231d; --accent-soft: #1c3a34; --bad: #ff9c8d; --bad-soft: #44211c;
    --warn-soft: #3d3314; --focus: #7fdccb; --bar: #080b0a; --bar-ink: #e9ece7;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
main.narrow { max-width: 30rem; }
h1 { font-size: 1.6rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 0.75rem; }
h2 { font-size: 1.1rem; line-height: 1.3; margin: 0 0 0.75rem; }
p { margin: 0 0 0.75rem; }
a { color: var(--accent); text-underline-offset: 0.2em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.soft { color: var(--soft); }
.small { font-size: 0.875rem; }
.amount { font-variant-numeric: tabular-nums; white-space: nowrap; }
.large { font-size: 2.25rem; line-height: 1.1; font-weight: 650; letter-spacing: -0.02em; margin: 0 0 0.25rem; }
.back { display: inline-block; margin-bottom: 1.25rem; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.5rem; margin: 0 0 1.25rem;
}
.card > :last-child { margin-bottom: 0; }
.columns { display: grid; gap: 2rem 3.5rem; align-items: start; }
@media (min-width: 52rem) { .columns { grid-template-columns: minmax(0, 1fr) minmax(0, 26rem); } }
.rows { list-style: none; margin: 0 0 1rem; padding: 0; }
.rows > li, .row {
  display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.25rem 1rem;
  padding: 0.6rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere;
}
.rows > li:last-child, .row.last { border-bottom: 0; }
.rows > li > :first-child, .row > :first-child { flex: 1 1 10rem; min-width: 0; }
.row.last { padding-top: 0; }
.row.last h1, .row.last h2 { margin: 0; }
.row.total { padding-top: 0.6rem; font-weight: 650; }
table { width: 100%; border-collapse: collapse; margin: 0 0 0.5rem; }
th { font-size: 0.8rem; font-weight: 550; color: var(--soft); text-align: left; }
th, td { padding: 0.6rem 0.75rem 0.6rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th:nth-child(n + 2), td:nth-child(n + 2) { text-align: right; overflow-wrap: normal; }
th:last-child, td:last-child { padding-right: 0; }
.facts { margin: 0 0 1.25rem; }
.facts > div { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0.1rem 0; }
.facts dt { flex: 0 0 8rem; color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
label, legend { font-weight: 550; font-size: 0.9rem; }
fieldset { border: 0; margin: 0 0 1rem; padding: 0; min-width: 0; }
legend { padding: 0; margin-bottom: 0.35rem; }
.field { margin-bottom: 1rem; }
.field label { display: block; margin-bottom: 0.3rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem; }
input[type="text"], input[type="email"], input[type="tel"], input[type="number"], select, textarea {
  width: 100%; font: inherit; color: inherit; background: var(--field); border: 1px solid var(--soft);
  border-radius: 8px; padding: 0.6rem 0.75rem; min-height: 2.75rem;
}
input[type="number"] { width: 6rem; }
::placeholder { color: var(--soft); opacity: 1; }
[aria-invalid="true"] { border-color: var(--bad) !important; box-shadow: 0 0 0 1px var(--bad); }
.error { color: var(--bad); font-size: 0.875rem; margin: 0.3rem 0 0; }
.check, .field label.check { display: flex; gap: 0.6rem; align-items: flex-start; font-weight: 400; padding: 0.35rem 0; }
.check input { width: 1.15rem; height: 1.15rem; margin: 0.15rem 0 0; accent-color: var(--accent); flex: none; }
.notice { border-radius: 10px; padding: 0.85rem 1rem; margin: 0 0 1.25rem; background: var(--accent-soft); overflow-wrap: anywhere; }
.notice.bad { background: var(--bad-soft); color: var(--bad); }
.notice.warn { background: var(--warn-soft); }
.notice > :last-child { margin-bottom: 0; }
button, .button {
  display: inline-block; font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
  border: 1px solid var(--accent); border-radius: 8px; padding: 0.55rem 1rem; min-height: 2.75rem;
  background: var(--accent); color: var(--accent-ink);
}
button:hover, .button:hover { filter: brightness(1.08); }
button.wide { width: 100%; margin-top: 0.75rem; padding: 0.75rem 1rem; font-size: 1.05rem; }
button.quiet, .button.quiet { background: transparent; color: var(--accent); }
button.danger { background: transparent; border-color: var(--bad); color: var(--bad); }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; margin-top: 1rem; }
.actions form { margin: 0; }
.rows .actions { margin-top: 0; }
.pill {
  display: inline-block; border-radius: 99px; padding: 0.05rem 0.65rem; font-size: 0.8rem; font-weight: 600;
  background: var(--accent-soft); color: var(--accent); white-space: nowrap;
}
.pill.bad { background: var(--bad-soft); color: var(--bad); }
.pill.warn { background: var(--warn-soft); color: var(--ink); }
details { margin: 0 0 1rem; }
form + details { margin-top: 0.75rem; }
summary { cursor: pointer; color: var(--accent); font-weight: 550; font-size: 0.9rem; padding: 0.35rem 0; }
.cards { list-style: none; margin: 0.25rem 0 0; padding: 0; font-size: 0.875rem; }
.cards li { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; padding: 0.15rem 0; }
.cards button {
  all: unset; cursor: pointer; font-family: ui-monospace, "SFMono-Regular", Menlo, monospace; color: var(--accent);
  padding: 0.2rem 0; text-decoration: underline dotted; text-underline-offset: 0.25em;
}
.cards button:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.together { display: flex; gap: 0.6rem; align-items: flex-end; margin-top: 0.5rem; }
.together .field { flex: 1; margin: 0; }
.bar { background: var(--bar); color: var(--bar-ink); font-size: 0.875rem; }
.bar > div {
  max-width: 60rem; margin: 0 auto; padding: 0.5rem 1.25rem; display: flex; min-height: 2.75rem; flex-wrap: wrap; gap: 0.4rem 1rem;
  align-items: center; justify-content: space-between;
}
.bar p { margin: 0; }
.bar strong { background: var(--tag); color: var(--tag-ink); border-radius: 4px; padding: 0.1rem 0.45rem; margin-right: 0.35rem; }
.bar form { display: flex; flex-wrap: wrap; gap: 0.35rem; align-items: center; margin: 0; }
.bar button {
  background: transparent; color: var(--bar-ink); border: 1px solid #75807a; min-height: 1.75rem; padding: 0.1rem 0.6rem;
  font-size: 0.8rem; font-weight: 500; border-radius: 6px;
}
.bar button:hover { border-color: var(--tag); filter: none; }
.bar :focus-visible { outline-color: var(--tag); }
footer.soft { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem 2rem; font-size: 0.8rem; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 32rem) {
  main { padding-top: 1.5rem; }
  .card { padding: 1.1rem; }
  .large { font-size: 1.9rem; }
  .bar form { width: 100%; }
}
@media print { .bar, footer.soft, .no-print { display: none; } body { background: #fff; color: #000; } .card { border: 0; padding: 0; } }
`;
