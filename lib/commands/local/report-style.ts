/** The report's style sheet: system fonts, light or dark as the reader's system is, one column on a telephone. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --surface: #fff; --text: #1b2130; --muted: #5a6478; --line: #dfe3ea;
  --good: #0b7a4b; --bad: #b3261e; --bad-surface: #fdecea; --accent: #2257c5; }
@media (prefers-color-scheme: dark) { :root { --page: #11141b; --surface: #1a1f29; --text: #e7eaf1; --muted: #9aa5ba;
  --line: #303848; --good: #4ade95; --bad: #ff8f85; --bad-surface: #3a1c1c; --accent: #8ab0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 8px 0; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 40px 0 12px; }
h3 { font-size: 1rem; margin: 0 0 8px; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
tr:last-child > * { border-bottom: 0; }
thead + tbody tr:first-child > * { border-top: 1px solid var(--line); }
thead th { color: var(--muted); font-weight: 500; }
tbody th { font-weight: 500; color: var(--muted); }
td { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
thead + tbody td { white-space: nowrap; }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--accent); }
pre { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 12px; font-size: .8125rem; }
.scroll { overflow-x: auto; }
.outcome { display: flex; flex-wrap: wrap; gap: 12px; margin: 16px 0; padding: 0; }
.outcome > div { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 8px 16px; min-width: 110px; }
.outcome dt { color: var(--muted); font-size: .8125rem; }
.outcome dd { margin: 0; font-size: 1.125rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.failure, .errors { background: var(--bad-surface); color: var(--bad); border-radius: 8px; padding: 12px 16px; margin: 12px 0;
  overflow-wrap: anywhere; white-space: pre-wrap; }
.errors { list-style: none; white-space: normal; }
.columns { columns: 2 400px; column-gap: 16px; }
.columns > section { break-inside: avoid; margin: 0 0 16px; }
.charts { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 360px), 1fr)); align-items: start; }
.columns > section, .chart, .card { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 16px; min-width: 0; }
.chart { margin: 0; }
.chart > figcaption { font-weight: 600; }
.chart svg { width: 440px; max-width: 100%; height: auto; display: block; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; margin: 6px 0 10px; font-size: .875rem; }
.legend .mark { margin-right: 6px; }
.legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; border: 1px solid var(--line); }
.cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 520px), 1fr)); margin-bottom: 24px; }
.pictures { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; align-items: end; }
.pictures figure { margin: 0; min-width: 0; text-align: center; }
.pictures img { width: 100%; max-height: 240px; object-fit: contain; border-radius: 4px; display: block; }
.pictures figcaption, .facts { color: var(--muted); font-size: .8125rem; }
.facts { margin: 8px 0 0; overflow-wrap: anywhere; }
.shares { display: flex; height: 10px; border-radius: 5px; overflow: hidden; margin: 10px 0 4px; }
.shares i { display: block; }
.counts th:not(:first-child), .counts td { text-align: right; }
.counts th:last-child, .counts td:last-child { padding-right: 0; }
.missing { color: var(--bad); font-size: .875rem; }
@media (max-width: 600px) { thead th, td, thead + tbody td { overflow-wrap: anywhere; white-space: normal; padding-right: 8px; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; } }
.charts + .scroll { margin-top: 16px; }
@media print { body { background: none; } .card, .chart { break-inside: avoid; } }
`;
