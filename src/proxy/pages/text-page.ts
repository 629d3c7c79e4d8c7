import { printable } from '../../lib/printable.ts'
import type { PageContent } from './page-content.ts'

/** A page as a few lines for a terminal. */
export function textPage(content: PageContent): string {
  const lines = content.kind === 'error' ? errorLines(content) : indexLines(content)
  return `${lines.map(printable).join('\n')}\n`
}

function errorLines(content: Extract<PageContent, { kind: 'error' }>): string[] {
  return [
    `${content.status} ${content.reason}`,
    `  fix: ${content.fix}`,
    ...content.services.map(({ name, url }) => `  ${name}  ${url}`),
  ]
}

function indexLines(content: Extract<PageContent, { kind: 'index' }>): string[] {
  if (content.agents.length === 0) return ['no agent is running', '  fix: agent run']
  return content.agents.flatMap(({ name, services }) => [
    name,
    ...services.map((service) => `  ${service.name}  ${service.url}`),
  ])
}
