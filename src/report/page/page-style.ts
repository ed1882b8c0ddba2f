/** How the page looks: on a screen, light or dark, on a phone, on paper. Colour means something or is not there. */
export const pageStyle = `
:root {
  --paper: #fff; --ink: #1b1f24; --dim: #5f6873; --line: #e1e5ea; --soft: #f5f7f9; --plain: #9aa7b5;
  --good: #1a7f4b; --unsure: #b26a00; --bad: #c62828;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e4e8ec; --dim: #98a3af; --line: #2a3038; --soft: #1b1f25; --plain: #5c6b7b;
    --good: #4cc38a; --unsure: #f0a43a; --bad: #ff6b6b;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2rem 1.5rem 3rem; max-width: 70rem; overflow-wrap: anywhere;
  font: 14px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; font-variant-numeric: tabular-nums;
}
h1 { margin: 0 0 .25rem; font-size: 1.6rem; font-weight: 650; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 0 0 .6rem; font-size: 1rem; font-weight: 650; }
p { margin: 0; }
ul { margin: 0; padding: 0; list-style: none; }
section, nav { margin-top: 2.25rem; }
article { margin-top: 3.5rem; padding-top: 2rem; border-top: 2px solid var(--line); }
code { font: 12px/1.5 var(--mono); }
i { font-style: normal; color: var(--dim); }
b { font-weight: 600; }
.dim, .note, .sub, footer { color: var(--dim); }
.sub b { color: var(--ink); font-weight: 500; }
.dot { display: inline-block; flex: none; width: .6em; height: .6em; border-radius: 50%; background: var(--plain); }
.dot.good { background: var(--good); } .dot.unsure { background: var(--unsure); } .dot.bad { background: var(--bad); }

.verdict { margin-top: 1.25rem; padding: 1rem 1.25rem 1.1rem; background: var(--soft); border-left: 4px solid; border-radius: 2px 6px 6px 2px; }
.verdict.good { border-color: var(--good); } .verdict.unsure { border-color: var(--unsure); } .verdict.bad { border-color: var(--bad); }
.verdict .title { display: flex; align-items: center; gap: .5rem; font-size: 1.25rem; font-weight: 650; }
.verdict .exit { margin-left: auto; color: var(--dim); font-size: .875rem; font-weight: 400; }
.share { display: block; margin: .9rem 0 .5rem; border-radius: 3px; }
.share rect { fill: var(--plain); stroke: var(--soft); stroke-width: 1; }
.share .good { fill: var(--good); } .share .bad { fill: var(--bad); }
.legend, .inline { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; }
.legend li, .inline li { display: flex; align-items: center; gap: .35rem; }

.facts { display: grid; grid-template-columns: 1fr 1.4fr 1fr; gap: 0 2rem; margin: 1.25rem 0 0; }
.facts div { padding: .5rem 0 .7rem; border-top: 1px solid var(--line); }
dt { color: var(--dim); font-size: .8125rem; } dd { margin: 0; }

.problems { border-top: 1px solid var(--line); }
.problems li { display: flex; gap: .6rem; padding: .55rem 0 .6rem; border-bottom: 1px solid var(--line); }
.problems .dot { margin-top: .5em; }
.problems div { min-width: 0; }
.hint { color: var(--dim); }
.said { padding-left: .75rem; border-left: 2px solid var(--line); font-size: .8125rem; }

.row { display: grid; grid-template-columns: 8.5rem 1fr 5.5rem; column-gap: .75rem; align-items: center; }
.row .name, .row .value { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font-size: .8125rem; line-height: 18px; }
.row .value { color: var(--dim); }
.row svg { display: block; overflow: visible; }
.row.lanes { align-items: start; }
.part { margin: .6rem 0 .25rem; color: var(--dim); font-size: .8125rem; }
.defs { position: absolute; }
.grid line { stroke: var(--line); }
.bar { fill: var(--plain); }
rect.bar { stroke: var(--plain); }
.bar.stage { fill: var(--dim); stroke: var(--dim); }
.bar.unsure { fill: var(--unsure); } .bar.bad { fill: var(--bad); }
rect.bar.unsure { stroke: var(--unsure); } rect.bar.bad { stroke: var(--bad); }
.hatch { fill: url(#again); pointer-events: none; }
#again path { stroke: var(--paper); stroke-width: 3; opacity: .55; }
svg text { fill: var(--dim); font-size: 11px; }

.marks { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: .4rem 0 .25rem; }
.marks dd { font-size: 1.125rem; font-weight: 600; }
.histogram { display: block; overflow: visible; }
.histogram .bar { stroke: none; }
.histogram .base { stroke: var(--line); }

.tools:not([hidden]) { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .75rem; margin-bottom: .5rem; }
input, select, button { font: inherit; color: inherit; }
input, select { height: 2rem; padding: 0 .55rem; background: var(--paper); border: 1px solid var(--plain); border-radius: 4px; }
input { flex: 0 1 18rem; min-width: 0; }
output { color: var(--dim); }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 1px; }
table { width: 100%; border-collapse: collapse; font-size: .8125rem; line-height: 1.45; }
th { padding: .3rem .5rem .3rem 0; text-align: left; font-weight: 500; color: var(--dim); }
th button { padding: 0; border: 0; background: none; cursor: pointer; white-space: nowrap; }
th[aria-sort] { color: var(--ink); }
th[aria-sort=ascending] button::after { content: ' ↑'; } th[aria-sort=descending] button::after { content: ' ↓'; }
td { padding: .25rem .5rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.keys :is(table, thead, tbody) { display: block; }
.keys tr:not([hidden]) { display: grid; grid-template-columns: 3.5rem 11rem 10.5rem 6.5rem 4.5rem 3.5rem 4.5rem 1fr; }
.keys tbody tr { content-visibility: auto; contain-intrinsic-size: auto 27px; border-bottom: 1px solid var(--line); }
.keys td { border: 0; }
.keys thead { position: sticky; top: 0; z-index: 1; background: var(--paper); box-shadow: inset 0 -1px var(--plain); }
.keys :is(th, td):is(:nth-child(6), :nth-child(7)) { text-align: right; padding-right: .9rem; }
.keys td:nth-child(3) { font: 12px/1.55 var(--mono); white-space: nowrap; overflow: hidden; }
.keys td:nth-child(4)::before { content: ''; display: inline-block; width: .55em; height: .55em; margin-right: .4em; border-radius: 50%; background: var(--plain); }
.g td:nth-child(4)::before { background: var(--good) !important; } .u td:nth-child(4)::before { background: var(--unsure) !important; } .b td:nth-child(4)::before { background: var(--bad) !important; }
.keys td b { font-size: .75rem; }
.small { width: auto; } .small td { padding-right: 2rem; }
.pairs { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 0; }
footer { margin-top: 3rem; padding-top: .75rem; border-top: 1px solid var(--line); font-size: .75rem; }

@media (max-width: 62rem), print {
  .keys tr:not([hidden]) { grid-template-columns: 3rem 1.4fr 10.5rem 1fr 4.5rem 3.5rem 4.5rem; }
  .keys th:nth-child(8), .keys td:nth-child(8):empty { display: none; }
  .keys td:nth-child(8) { grid-column: 2 / -1; padding-top: 0; }
}
@media (max-width: 44rem) {
  body { padding: 1.25rem 1rem 2rem; }
  .facts { grid-template-columns: 1fr 1fr; column-gap: 1rem; }
  .row { grid-template-columns: 5.5rem 1fr 4.5rem; column-gap: .5rem; }
  .axis text:nth-child(even), .many g text { display: none; }
  .pairs { grid-template-columns: 1fr; gap: 0; } .pairs dd { margin-bottom: .5rem; }
  input { flex: 1 1 100%; }
  .keys thead { position: static; }
  .keys thead tr:not([hidden]) { display: flex; flex-wrap: wrap; gap: 0 .9rem; }
  .keys th:nth-child(n) { display: block; padding: .3rem 0; }
  .keys tbody tr:not([hidden]) { grid-template-columns: 3rem 1fr max-content; padding: .35rem 0; contain-intrinsic-size: auto 50px; }
  .keys td:nth-child(n) { padding: 0; }
  .keys td:nth-child(1) { color: var(--dim); grid-row: 1 / span 3; }
  .keys td:nth-child(3) { grid-column: 2; grid-row: 2; }
  .keys td:nth-child(2):empty + td { grid-row: 1; }
  .keys td:nth-child(4) { grid-column: 3; grid-row: 1; text-align: right; }
  .keys td:nth-child(n+5):nth-child(-n+6) { display: none; }
  .keys td:nth-child(7) { grid-column: 3; grid-row: 2; color: var(--dim); }
  .keys td:nth-child(7):not(:empty)::after { content: ' ms'; }
  .keys td:nth-child(8) { grid-column: 2 / -1; grid-row: 3; }
  .keys td:empty { display: none; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .tools:not([hidden]) { display: none; }
  .keys thead { position: static; }
  .keys tbody tr { content-visibility: visible; }
  h2, .part { break-after: avoid; }
  section, .row, .problems li, tr { break-inside: avoid; }
  .keys { break-inside: auto; }
  rect, path, .dot, .keys td::before, .verdict { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
