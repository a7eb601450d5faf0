/** The one stylesheet of these pages: no font, image or script from anywhere, readable without it, light and dark, from 320 px up. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f6; --card: #ffffff; --ink: #16181d; --soft: #565d6b; --line: #d5d9e0; --field: #ffffff;
  --accent: #1d4ed8; --on-accent: #ffffff; --plain: #374151; --on-plain: #ffffff;
  --bad: #a3161a; --bad-ground: #fdf0f0; --warn: #7a4b00; --warn-ground: #fdf5e3; --good: #1d5e2d; --good-ground: #e9f6ec; --chip: #eceff4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1115; --card: #181b21; --ink: #eceef2; --soft: #a6adba; --line: #343a45; --field: #101318;
    --accent: #86a9ff; --on-accent: #0b1430; --plain: #c6ccd8; --on-plain: #14171d;
    --bad: #ff9d9d; --bad-ground: #331a1c; --warn: #f0c674; --warn-ground: #2e2613; --good: #8fd8a0; --good-ground: #16291b; --chip: #262b34;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; gap: 1rem;
  padding: clamp(1rem, 6vh, 4rem) 1rem 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
header, main, footer { width: 100%; max-width: 32rem; }
.wide header, .wide main, .wide footer { max-width: 52rem; }
header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
.brand { display: inline-flex; align-items: center; gap: .5rem; font-weight: 650; letter-spacing: .01em; }
.brand svg { width: 1.5rem; height: 1.5rem; color: var(--accent); }
main { overflow-wrap: break-word; background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: clamp(1.1rem, 5vw, 2rem); }
footer { color: var(--soft); font-size: .85rem; text-align: center; }
h1 { margin: 0 0 .4rem; font-size: 1.45rem; line-height: 1.25; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { margin: 1.4rem 0 .4rem; font-size: 1rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); }
.code { font-size: 1.6rem; letter-spacing: .08em; }
.small { font-size: .875rem; }
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .3rem; }
form { margin: 0; }
.field { margin: 1rem 0; }
.field label, .field .label { display: block; margin-bottom: .3rem; font-weight: 600; }
input[type="email"], input[type="password"], input[type="text"], select {
  width: 100%; min-height: 2.9rem; padding: .55rem .75rem; font: inherit; color: inherit; background: var(--field);
  border: 1px solid #7d8593; border-radius: .5rem;
}
[aria-invalid="true"] { border-color: var(--bad) !important; border-width: 2px !important; }
button, .button {
  display: inline-flex; align-items: center; justify-content: center; width: 100%; min-height: 2.9rem; padding: .5rem 1rem; cursor: pointer;
  font: inherit; font-weight: 650; text-decoration: none; border: 1px solid transparent; border-radius: .5rem;
  background: var(--accent); color: var(--on-accent);
}
button.plain, .button.plain { background: var(--plain); color: var(--on-plain); }
button:hover, .button:hover { filter: brightness(1.1); }
button.link { display: inline; width: auto; min-height: 0; padding: 0; background: none; color: var(--accent); font-weight: 400; text-decoration: underline; }
.choices { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-top: 1.4rem; }
.providers { display: grid; gap: .6rem; margin-top: 1rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.links { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem 1rem; margin-top: 1.1rem; }
.notice { margin: 1rem 0; padding: .7rem .9rem; border-radius: .5rem; border-left: 4px solid; }
.notice.bad { color: var(--bad); background: var(--bad-ground); border-color: var(--bad); }
.notice.warn { color: var(--warn); background: var(--warn-ground); border-color: var(--warn); }
.notice p { margin: .15rem 0; }
.facts { margin: 1.1rem 0; display: grid; grid-template-columns: minmax(6rem, auto) 1fr; gap: .35rem 1rem; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.tag { display: inline-block; padding: 0 .45rem; border-radius: .35rem; background: var(--warn-ground); color: var(--warn); font-size: .8rem; font-weight: 600; }
.tag.good { background: var(--good-ground); color: var(--good); }
ul.scopes { margin: .3rem 0 0; padding: 0; list-style: none; }
ul.scopes li { padding: .45rem 0; border-top: 1px solid var(--line); }
ul.scopes li:first-child { border-top: 0; }
ul.scopes code { color: var(--soft); font-size: .8rem; }
fieldset { margin: 1rem 0; padding: .4rem .9rem .7rem; border: 1px solid var(--line); border-radius: .6rem; }
legend { padding: 0 .3rem; font-weight: 600; }
fieldset label { display: block; padding: .25rem 0; }
ul.boxes { margin: 0 0 0 1.4rem; padding: 0; list-style: none; }
.sensitive { margin-top: 1.2rem; padding: .1rem .9rem .5rem; border: 1px solid var(--warn); border-radius: .6rem; }
.sensitive h2 { margin-top: .7rem; color: var(--warn); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .875em; }
pre { margin: .4rem 0; padding: .7rem .8rem; overflow-x: auto; background: var(--chip); border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.server { padding: 1rem 0; border-top: 1px solid var(--line); }
.server h3 { margin: 0; font-size: 1.05rem; }
ul.keys { margin: .8rem 0; padding: 0; list-style: none; }
.key { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: .6rem 0; border-top: 1px solid var(--line); }
.key div { min-width: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--accent); }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; }
@media (max-width: 24rem) {
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .5rem; }
}
@media (prefers-reduced-motion: no-preference) { button, .button { transition: filter .12s; } }
`;
