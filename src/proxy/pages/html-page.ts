import { createHash } from 'node:crypto'
import { escapeHtml } from './escape-html.ts'
import type { ErrorContent, IndexContent, PageContent } from './page-content.ts'
import { pageStyle } from './page-style.ts'
import type { ServiceLink } from './service-links.ts'

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
  `style-src '${hashOf(pageStyle)}'`,
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
<style>${pageStyle}</style>
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
<p>${fixMarkup(content.fix)}</p>
${content.refreshSeconds === undefined ? '' : waiting}${servicesByAgent(content.services)}</main>
`
}

const waiting = '<p class="quiet">This page becomes the service as soon as it answers.</p>\n'

function indexMain(content: IndexContent): string {
  // On its own page the agent's name is in the title already.
  const isOfOne = content.agents.length === 1 && content.agents[0]?.name === content.title
  const agents = content.agents.map(({ name, url, services }) =>
    isOfOne
      ? serviceList(services)
      : `<h2><a href="${escapeHtml(url)}">${escapeHtml(name)}</a></h2>\n${serviceList(services)}`,
  )
  const empty = `<p>No agent is running.</p>\n<p>${fixMarkup('start one: agent run')}</p>\n`
  return `<main data-generation="${content.generation}">
<h1>${escapeHtml(content.title)}</h1>
${agents.length === 0 ? empty : agents.join('')}</main>
`
}

/** Under the names of their agents, when there are several. */
function servicesByAgent(services: readonly ServiceLink[]): string {
  const byAgent = Map.groupBy(services, ({ agent }) => agent)
  if (byAgent.size < 2) return serviceList(services)
  return Array.from(
    byAgent,
    ([agent, ofAgent]) => `<h2>${escapeHtml(agent)}</h2>\n${serviceList(ofAgent)}`,
  ).join('')
}

function serviceList(services: readonly ServiceLink[]): string {
  if (services.length === 0) return ''
  const items = services.map(
    ({ name, url }) =>
      `<li><a href="${escapeHtml(url)}"><b>${escapeHtml(name)}</b><span>${escapeHtml(url)}</span></a></li>`,
  )
  return `<ul>\n${items.join('\n')}\n</ul>\n`
}

/** Shows the command or the address in a fix as one: `text: agent logs web`, `agent list`, `open http://…`. */
function fixMarkup(fix: string): string {
  const [, address] = /^open (https?:\/\/\S+)$/.exec(fix) ?? []
  if (address !== undefined)
    return `Open <a href="${escapeHtml(address)}">${escapeHtml(address)}</a>`
  const [, text = '', command = ''] = /^(?:(.*): )?(agent .*)$/.exec(fix) ?? []
  if (command === '') return escapeHtml(capitalised(fix))
  const lead = text === '' ? 'Try ' : `${escapeHtml(capitalised(text))}: `
  return `${lead}<code>${escapeHtml(command)}</code>`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
