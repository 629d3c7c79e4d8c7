/** The one style sheet of all pages: light and dark, from 320 pixels on, for text of at least 4.5 : 1. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1b1d21; --muted: #5a6069; --line: #dfe2e7; --hover: #eef3fc;
  --link: #0b57d0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131417; --card: #1c1e22; --text: #e8eaed; --muted: #a2a8b1; --line: #363a41; --hover: #262b33;
    --link: #8ab4f8;
  }
}
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: var(--page); color: var(--text); }
main, footer { max-width: 44rem; margin: 0 auto; padding: 2.5rem 1rem 1.5rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
p { margin: .5rem 0; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 2px solid var(--link); outline-offset: -2px; border-radius: .5rem; }
small, footer, p.quiet { color: var(--muted); }
small { display: block; font: .875rem/1.5 ui-monospace, monospace; }
code {
  display: inline-block; font: .875em/1.5 ui-monospace, monospace; background: var(--card);
  border: 1px solid var(--line); border-radius: .4rem; padding: .1rem .5rem;
}
ul {
  list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; overflow: hidden;
}
p + ul { margin-top: 1.5rem; }
li + li { border-top: 1px solid var(--line); }
li a { display: block; padding: .6rem 1rem; }
li a:hover { background: var(--hover); text-decoration: none; }
li span { display: block; color: var(--muted); font-size: .9rem; }
footer { font-size: .85rem; padding-top: 0; }
@media (min-width: 36rem) {
  li a { display: grid; grid-template-columns: 8rem 1fr; gap: 1rem; align-items: baseline; }
}
`
