import { createHash } from 'node:crypto'
import { escapeHtml } from './escape-html.ts'
import type { ErrorContent, IndexContent, PageContent } from './page-content.ts'
import type { ServiceLink } from './service-links.ts'

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
main, footer { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 1rem 0; }
h2 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
h2 a { color: inherit; text-decoration: none; }
small, footer { color: color-mix(in srgb, currentColor 65%, transparent); }
code { font: .9em ui-monospace, monospace; background: var(--line); border-radius: .3em; padding: .1em .4em; }
ul { list-style: none; margin: .5rem 0; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); }
li a { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .6rem 0; text-decoration: none; }
li b { min-width: 6rem; }
a:focus-visible { outline: 2px solid; outline-offset: 2px; }
footer { font-size: .85rem; padding-top: 0; }
`

/** Replaces the list when the routes have changed; what it inserts was escaped by us. */
const script = `
new EventSource('/events').addEventListener('routes', async (event) => {
  const main = document.querySelector('main');
  if (event.data === main.dataset.generation) return;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  main.replaceWith(page.querySelector('main'));
});
`

/** Nothing is loaded from anywhere, and only what is written here runs. */
export const contentSecurityPolicy = [
  `default-src 'none'`,
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  `connect-src 'self'`,
  `img-src data:`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
].join('; ')

/** A page for a browser: no external asset, light and dark, readable on a phone. */
export function htmlPage(content: PageContent, version: string): string {
  const title = escapeHtml(content.title)
  const { refreshSeconds } = content
  const refresh =
    refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">\n`
  const main = content.kind === 'error' ? errorMain(content) : indexMain(content)
  const live = content.kind === 'index' ? `<script>${script}</script>\n` : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
${refresh}<title>${title}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${main}<footer>agent ${escapeHtml(version)}</footer>
${live}</body>
</html>
`
}

function errorMain(content: ErrorContent): string {
  return `<main>
<small>${content.status}</small>
<h1>${escapeHtml(content.title)}</h1>
<p>${escapeHtml(capitalised(content.reason))}</p>
<p>${withCommand(content.fix)}</p>
${serviceList(content.services)}</main>
`
}

function indexMain(content: IndexContent): string {
  const agents = content.agents.map(
    ({ name, url, services }) =>
      `<h2><a href="${escapeHtml(url)}">${escapeHtml(name)}</a></h2>\n${serviceList(services)}`,
  )
  const empty = `<p>No agent is running.</p>\n<p>${withCommand('agent run')}</p>\n`
  return `<main data-generation="${content.generation}">
<h1>${escapeHtml(content.title)}</h1>
${agents.length === 0 ? empty : agents.join('')}</main>
`
}

function serviceList(services: readonly ServiceLink[]): string {
  if (services.length === 0) return ''
  const items = services.map(
    ({ name, url }) =>
      `<li><a href="${escapeHtml(url)}"><b>${escapeHtml(name)}</b><span>${escapeHtml(url)}</span></a></li>`,
  )
  return `<ul>\n${items.join('\n')}\n</ul>\n`
}

/** Shows the command in a fix as one: `text: agent logs web`, or all of it. */
function withCommand(fix: string): string {
  const [, text = '', command = ''] = /^(?:(.*): )?(agent .*)$/.exec(fix) ?? []
  if (command === '') return escapeHtml(capitalised(fix))
  const lead = text === '' ? '' : `${escapeHtml(capitalised(text))}: `
  return `${lead}<code>${escapeHtml(command)}</code>`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
