import { quoted } from '../../lib/quoted.ts'
import { formatServiceHost } from '../../routes/host-name.ts'
import type { Route } from '../../routes/route.ts'
import { noAnswerContent } from './no-answer-content.ts'
import type { ErrorContent } from './page-content.ts'
import type { PageSubject } from './page-request.ts'
import { linkServices, linkTo, type Origin } from './service-links.ts'

type ErrorSubject = Exclude<PageSubject, { kind: 'index' } | { kind: 'last-hop' }>
type Told = Omit<ErrorContent, 'services' | 'kind' | 'error' | 'headers'> & {
  headers?: Record<string, string>
}

/** What an error page says; `routes` are all there are. */
export function errorContent(
  subject: ErrorSubject,
  routes: readonly Route[],
  origin: Origin,
): ErrorContent {
  const services = linkServices(routesToShow(subject, routes), origin)
  if (subject.kind === 'no-answer') return { ...noAnswerContent(subject), services }
  return { kind: 'error', error: subject.kind, headers: {}, ...tell(subject, origin), services }
}

/** What may help: everything, or the agent's services. */
function routesToShow(subject: ErrorSubject, routes: readonly Route[]): readonly Route[] {
  // A page of another site may read the answer, when its name was made to lead here (DNS rebinding).
  if (subject.kind === 'foreign-host' || subject.kind === 'head-too-large') return []
  if (subject.kind === 'out-of-reach') return []
  if (subject.kind === 'unknown-agent') return routes
  return routes.filter((route) => route.agent === subject.agent)
}

function tell(subject: Exclude<ErrorSubject, { kind: 'no-answer' }>, origin: Origin): Told {
  switch (subject.kind) {
    case 'unknown-agent':
      return tellOfUnknownAgent(subject)
    case 'unknown-service':
      return tellOfUnknownService(subject, origin)
    case 'foreign-host':
      return {
        status: 421,
        title: 'Not a name of this proxy',
        reason: `only localhost and names that end in .localhost are answered, not ${quoted(subject.host)}`,
        fix: `open ${linkTo('localhost', origin)}`,
      }
    case 'out-of-reach':
      return {
        status: 403,
        title: 'Not a name of this run',
        reason: 'from inside a run only its own names are answered',
        fix: 'use the URLs in AGENTOPS_URL and AGENTOPS_URL_<SERVICE>',
      }
    case 'head-too-large':
      return {
        status: 431,
        title: 'The request is too large',
        reason: `its head has more than ${subject.limitBytes / 1024} KiB, most likely because of cookies`,
        fix: 'delete the cookies of this site in the browser',
      }
    case 'loop':
      return {
        ...namesOf(subject),
        status: 508,
        title: `${subject.service} of ${subject.agent} goes round in a circle`,
        reason: `"${subject.service}" passes requests on to its own name, so they come back here`,
        fix: 'set changeOrigin: true in the proxy options of the dev server',
      }
    case 'saturated':
      return {
        ...namesOf(subject),
        status: 503,
        headers: { 'Retry-After': '1' },
        title: `${subject.service} of ${subject.agent} is busy`,
        reason:
          subject.what === 'tunnels' ? 'too many WebSockets are open' : 'too many requests wait',
        fix: 'try again in a moment',
      }
    default:
      return subject satisfies never
  }
}

function tellOfUnknownAgent({
  agent,
  nearest,
}: Extract<PageSubject, { kind: 'unknown-agent' }>): Told {
  return {
    agent,
    status: 404,
    title: `There is no agent ${quoted(agent)}`,
    reason: `no agent ${quoted(agent)} is running here${didYouMean(nearest)}`,
    fix: 'agent list',
  }
}

function tellOfUnknownService(
  { agent, service, nearest }: Extract<PageSubject, { kind: 'unknown-service' }>,
  origin: Origin,
): Told {
  return {
    agent,
    service,
    status: 404,
    title: `${agent} has no service ${quoted(service)}`,
    reason: `agent "${agent}" has no service ${quoted(service)}${didYouMean(nearest)}`,
    fix:
      nearest === undefined
        ? 'add it under ports in agent.yaml'
        : `open ${linkTo(formatServiceHost(nearest, agent), origin)}`,
  }
}

function namesOf({ agent, service }: { agent: string; service: string }): {
  agent: string
  service: string
} {
  return { agent, service }
}

function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`
}
