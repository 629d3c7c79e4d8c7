import type { RouteTable } from '../../routes/route-table.ts'
import type { IndexContent } from './page-content.ts'
import { linkAgents, type Origin } from './service-links.ts'

/** The index of everything, or of one agent. */
export function indexContent(
  table: RouteTable,
  agent: string | undefined,
  origin: Origin,
): IndexContent {
  const { routes, generation } = table
  const shown = agent === undefined ? routes : routes.filter((route) => route.agent === agent)
  return {
    kind: 'index',
    status: 200,
    headers: {},
    title: agent ?? 'Agents',
    agents: linkAgents(shown, origin),
    generation,
  }
}
