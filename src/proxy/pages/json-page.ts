import type { PageContent } from './page-content.ts'

/** A page as data: `{agents}` for an index, `{error, agent, service, reason, fix, services}` for an error. */
export function jsonPage(content: PageContent): string {
  return `${JSON.stringify(content.kind === 'error' ? errorData(content) : indexData(content))}\n`
}

function errorData(content: Extract<PageContent, { kind: 'error' }>): unknown {
  const { error, agent = null, service = null, reason, fix, services } = content
  return { error, agent, service, reason, fix, services }
}

function indexData(content: Extract<PageContent, { kind: 'index' }>): unknown {
  return {
    agents: content.agents.map(({ name, url, services }) => ({
      name,
      url,
      services: services.map((service) => ({ name: service.name, url: service.url })),
    })),
  }
}
