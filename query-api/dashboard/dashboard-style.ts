/** The style sheet of the dashboard. Colours are named by what they are for, once for light and once for dark. */
export const dashboardStyle = `
:root {
  color-scheme: light;
  --page: #f6f7f9; --panel: #ffffff; --text: #14181f; --muted: #59616e; --faint: #c9cfd8; --grid: #e8ebf0;
  --border: #e1e5eb; --accent: #1f5fd6; --warn: #9a4a00; --bad: #b3261e; --good: #1b6e3c;
  --warn-soft: #fdf0e1; --bad-soft: #fde8e6; --good-soft: #e3f4ea; --hover: #eef1f5;
}
:root[data-theme='dark'] {
  color-scheme: dark;
  --page: #0e1116; --panel: #161b22; --text: #e8ebf0; --muted: #9aa4b2; --faint: #4a5462; --grid: #232a34;
  --border: #262e39; --accent: #7fb0ff; --warn: #ffb86b; --bad: #ff8f86; --good: #6fd598;
  --warn-soft: #33260f; --bad-soft: #3a1d1b; --good-soft: #15301f; --hover: #1d242e;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme='light']) {
    color-scheme: dark;
    --page: #0e1116; --panel: #161b22; --text: #e8ebf0; --muted: #9aa4b2; --faint: #4a5462; --grid: #232a34;
    --border: #262e39; --accent: #7fb0ff; --warn: #ffb86b; --bad: #ff8f86; --good: #6fd598;
    --warn-soft: #33260f; --bad-soft: #3a1d1b; --good-soft: #15301f; --hover: #1d242e;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { background: var(--page); }
body {
  margin: 0; color: var(--text); background: var(--page);
  font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-font-smoothing: antialiased;
}
h1, h2, h3, p, dl, dd, ul { margin: 0; padding: 0; }
h1 { font-size: 22px; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 13px; font-weight: 600; }
h3 { font-size: 13px; font-weight: 600; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999px; top: 4px; z-index: 3; padding: 6px 10px; background: var(--panel); }
.skip:focus { left: 8px; }
.note { color: var(--muted); font-size: 13px; }
.warn { color: var(--warn); }
.top { position: sticky; top: 0; z-index: 2; background: var(--panel); border-bottom: 1px solid var(--border); }
.bar { display: flex; align-items: center; gap: 16px; max-width: 1440px; margin: 0 auto; padding: 10px 24px; }
.brand { color: var(--text); font-weight: 650; font-size: 15px; letter-spacing: -0.01em; white-space: nowrap; }
.brand:hover { text-decoration: none; }
.api { display: flex; gap: 14px; font-size: 13px; }
.api a { color: var(--muted); }
.link-state { margin-left: auto; font-size: 13px; color: var(--muted); white-space: nowrap; }
.link-state::before {
  content: ''; display: inline-block; width: 8px; height: 8px; margin-right: 8px; border-radius: 50%;
  background: var(--faint);
}
.link-state.live::before { background: #1f9d55; }
.link-state.quiet::before { background: transparent; border: 2px solid var(--warn); }
.link-state.reconnecting { color: var(--bad); }
.link-state.reconnecting::before { border-radius: 1px; background: var(--bad); }
.banner { padding: 8px 24px; background: var(--bad-soft); color: var(--bad); font-size: 13px; text-align: center; }
.failing { padding: 8px 24px; background: var(--warn-soft); color: var(--warn); font-size: 13px; text-align: center;
  overflow-wrap: anywhere; }
.failing:empty { display: none; }
input, select, button { font: inherit; color: inherit; }
input[type='search'], select {
  height: 32px; padding: 0 10px; border: 1px solid var(--border); border-radius: 7px; background: var(--page);
}
input[type='search'] { width: 100%; min-width: 0; }
.search { position: relative; flex: 0 1 280px; min-width: 0; }
.search kbd { position: absolute; right: 8px; top: 7px; pointer-events: none; }
.search input:focus + kbd, .search input:not(:placeholder-shown) + kbd { display: none; }
kbd { display: inline-block; min-width: 18px; padding: 0 5px; border: 1px solid var(--border); border-radius: 4px;
  background: var(--panel); color: var(--muted); font-family: inherit; font-size: 11px;
  line-height: 16px; text-align: center; }
input::placeholder { color: var(--muted); opacity: 1; }
button {
  height: 32px; padding: 0 12px; border: 1px solid var(--border); border-radius: 7px; background: var(--panel);
  cursor: pointer;
}
button:hover { background: var(--hover); }
button.quiet { width: 32px; padding: 0; border-color: transparent; background: none; font-size: 16px; }
.segments { display: inline-flex; padding: 2px; border-radius: 8px; background: var(--grid); }
.segments button { height: 28px; border: 0; border-radius: 6px; background: none; color: var(--muted); }
.segments button[aria-pressed='true'] { background: var(--panel); color: var(--text); box-shadow: 0 1px 2px #0003; }
.field { display: inline-flex; align-items: center; gap: 8px; font-size: 13px; color: var(--muted); }
.field select { color: var(--text); }
/* It has the focus only where it is led to. */
main:focus { outline: none; }
main { max-width: 1440px; margin: 0 auto; padding: 20px 24px 48px; }
.card { padding: 16px; border: 1px solid var(--border); border-radius: 10px; background: var(--panel); }
.card > h2 { margin-bottom: 10px; }
.tiles { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); border: 1px solid var(--border);
  border-radius: 10px; background: var(--panel); }
.tile { padding: 14px 18px; border-left: 1px solid var(--border); min-width: 0; }
.tile:first-child { border-left: 0; }
/* A line is kept for what may have nothing to say for a while: nothing below it is to move. */
.tile .note { min-height: 1.45em; }
.tile h2 { color: var(--muted); font-weight: 500; }
.figure { font-size: 26px; font-weight: 650; letter-spacing: -0.02em; line-height: 1.3; white-space: nowrap; }
.filters { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; margin: 16px 0; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 320px; grid-template-rows: auto 1fr; gap: 16px;
  align-items: start; }
/* Beside all of it, and read before the long list below the map. */
.side { display: grid; gap: 16px; grid-column: 2; grid-row: 1 / span 2; }
.columns > *, .side > * { min-width: 0; }
.map-head { display: flex; flex-wrap: wrap; gap: 10px 20px; align-items: center; justify-content: space-between;
  margin-bottom: 16px; }
.legend { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; font-size: 12px; color: var(--muted); }
.legend canvas { border-radius: 2px; }
.scale, .key { display: inline-flex; align-items: center; gap: 6px; }
.keys { display: inline-flex; flex-wrap: wrap; gap: 4px 14px; }
.hint { margin-top: 12px; font-size: 12px; color: var(--muted); }
.room { position: relative; }
.map { display: block; touch-action: manipulation; }
.map.over { cursor: pointer; }
.map:focus-visible { outline-offset: 6px; }
.tip { position: absolute; left: 0; top: 0; z-index: 1; padding: 8px 12px; border: 1px solid var(--border);
  border-radius: 8px; background: var(--panel); box-shadow: 0 6px 20px #0003; font-size: 12px; pointer-events: none;
  max-width: 320px; color: var(--muted); }
.tip div:first-child { color: var(--text); font-weight: 600; }
.empty { padding: 32px 0; text-align: center; }
.problems { list-style: none; display: grid; gap: 8px; }
.problems:not(:empty) + .note:not(:empty) { margin-top: 10px; }
/* Badges in a column of their own, and beside each what it is of and below that how bad. */
.problems li { display: grid; grid-template-columns: 78px minmax(0, 1fr); gap: 1px 10px; align-items: baseline; font-size: 13px; }
.problems .badge { justify-self: start; }
.problems li > :not(.badge) { grid-column: 2; overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 1px 8px; border-radius: 999px; font-size: 12px; font-weight: 550;
  background: var(--hover); color: var(--muted); }
.badge.active { background: var(--good-soft); color: var(--good); }
.badge.stale, .badge.hot { background: var(--warn-soft); color: var(--warn); }
.badge.missing, .badge.xid { background: var(--bad-soft); color: var(--bad); }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th, td { padding: 6px 12px 6px 0; text-align: left; font-weight: 400; border-bottom: 1px solid var(--grid); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-size: 12px; }
tbody tr:last-child > * { border-bottom: 0; }
th.number, td.number { text-align: right; white-space: nowrap; }
.side thead th:nth-child(n + 2) { text-align: right; }
.stops:not(:empty) { margin: 10px 0; }
.side .letters { margin-top: 12px; }
.side .letters + .note { margin-top: 2px; }
.wide th, .wide td { white-space: nowrap; }
/* Long hostnames take more lines, so that figures stay in sight. */
.fleet .wide tbody th { min-width: 156px; white-space: normal; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
.card > button { margin-top: 12px; }
.page-head { display: flex; flex-wrap: wrap; gap: 12px 24px; align-items: end; justify-content: space-between;
  margin-bottom: 16px; }
.crumbs { display: flex; gap: 8px; font-size: 13px; margin-bottom: 4px; }
.crumbs a + a::before { content: '/'; margin-right: 8px; color: var(--faint); }
.title { display: flex; gap: 12px; align-items: center; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 28px; margin-bottom: 20px; font-size: 13px; }
.facts div { display: flex; gap: 8px; min-width: 0; }
.facts dt { color: var(--muted); white-space: nowrap; }
.facts dd { overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(380px, 1fr)); gap: 16px; }
.host .charts { margin-top: 16px; grid-template-columns: repeat(auto-fill, minmax(480px, 1fr)); }
.chart { padding: 14px 14px 6px; min-width: 0; }
.chart header { display: flex; gap: 10px; align-items: baseline; margin-bottom: 6px; min-height: 20px; }
.chart h3 { color: var(--muted); font-weight: 500; white-space: nowrap; min-width: 0; overflow: hidden;
  text-overflow: ellipsis; }
.chart .value { margin-left: auto; font-weight: 600; font-size: 15px; white-space: nowrap; }
.chart .note { font-size: 12px; white-space: nowrap; }
.save { height: 22px; padding: 0 6px; border-color: transparent; background: none; color: var(--muted); font-size: 11px;
  align-self: center; }
.plot { position: relative; min-width: 0; }
/* Cursors of all charts move together; the lines are told at the one that is pointed at. */
.plot .tip { display: none; white-space: nowrap; }
.plot:hover .tip { display: block; }
.plot .tip div:first-child { color: inherit; font-weight: inherit; }
.line-key { display: inline-block; width: 10px; height: 10px; margin-right: 8px; border-radius: 2px; }
@media (max-width: 1000px) {
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .tile:nth-child(odd) { border-left: 0; }
  .tile:nth-child(n + 3) { border-top: 1px solid var(--border); }
  .columns { grid-template-columns: minmax(0, 1fr); grid-template-rows: none; }
  .side { grid-column: 1; grid-row: auto; align-items: start; grid-template-columns: repeat(auto-fit, minmax(280px, 1fr)); }
}
/* Where there is little room the bar alone stays: what is below it in words may be half a screen. */
@media (max-width: 640px), (max-height: 500px) {
  .top { display: contents; }
  .bar { position: sticky; top: 0; z-index: 2; background: var(--panel); border-bottom: 1px solid var(--border); }
}
@media (max-width: 640px) {
  .bar { flex-wrap: wrap; gap: 8px 12px; padding: 8px 16px; }
  .search { order: 5; flex: 1 1 100%; }
  .search kbd, .hint { display: none; }
  .api { display: none; }
  main { padding: 14px 16px 40px; }
  .tile { padding: 10px 14px; }
  /* Room for two lines, so that trouble does not push the map away under who looks at it. */
  .tile:first-child .note { min-height: 2.9em; }
  .figure { font-size: 22px; }
  .card { padding: 14px 12px; }
  .charts, .host .charts { grid-template-columns: minmax(0, 1fr); }
  /* The value below the title, always: beside it the title was cut, and what is told at the cursor may be long. */
  .chart header { flex-wrap: wrap; row-gap: 2px; }
  .chart h3 { flex: 1 0 calc(100% - 60px); }
  .chart .value, .chart .note { order: 1; margin-left: 0; }
  .segments button { padding: 0 9px; }
}
`;
