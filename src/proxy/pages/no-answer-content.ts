import { formatAge } from '../../lib/age.ts'
import { printable } from '../../lib/printable.ts'
import type { ErrorContent } from './page-content.ts'
import type { PageSubject } from './page-request.ts'

type NoAnswer = Extract<PageSubject, { kind: 'no-answer' }>
type Told = Pick<ErrorContent, 'error' | 'reason' | 'fix'>

/** How long a program waits before it asks a service again that is starting. */
const retrySeconds = 1

/** Says why a service did not answer, from what its upstream did and what the runtime's side knows. */
export function noAnswerContent(subject: NoAnswer): Omit<ErrorContent, 'services'> {
  const { agent, service, failure, isStarting } = subject
  const common = { kind: 'error', agent, service, headers: {} } as const
  if (isStarting) {
    return {
      ...common,
      status: 503,
      title: `${service} of ${agent} is starting`,
      ...tell(subject),
      headers: { 'Retry-After': String(retrySeconds) },
      refreshSeconds: retrySeconds,
    }
  }
  const isTimeout = failure.kind === 'connect-timeout'
  return {
    ...common,
    status: isTimeout ? 504 : 502,
    title: `${service} of ${agent} does not answer`,
    ...tell(subject),
  }
}

function tell(subject: NoAnswer): Told {
  const { agent, service, failure, port } = subject
  if (failure.kind === 'bad-response') {
    return {
      error: 'bad-response',
      reason: `"${service}" answered on port ${port}, but ${printable(failure.reason)}`,
      fix: `check that "${service}" speaks HTTP: agent logs ${agent}`,
    }
  }
  return subject.isStatic ? tellOfStatic(subject) : tellOfRun(subject)
}

function tellOfStatic({ agent, service, port, failure }: NoAnswer): Told {
  const fix = `start it, or remove the route: agent route remove ${service}.${agent}`
  if (failure.kind === 'unreachable') {
    return { error: 'unreachable', reason: `its upstream: ${printable(failure.reason)}`, fix }
  }
  const reason = `nothing answers on port ${port}, where its route leads`
  return { error: 'not-listening', reason, fix }
}

function tellOfRun({ agent, service, port, failure, condition }: NoAnswer): Told {
  const logs = `agent logs ${agent}`
  const error = condition.kind
  switch (condition.kind) {
    case 'starting': {
      const age = formatAge(condition.sinceMs)
      return {
        error,
        reason: `it started ${age} ago and port ${port} does not answer yet`,
        fix: logs,
      }
    }
    case 'stopped':
      return { error, reason: `the run of "${agent}" is stopped`, fix: 'agent run' }
    case 'exited':
      return {
        error,
        reason: `the command of "${agent}" ended with exit code ${condition.exitCode}`,
        fix: logs,
      }
    case 'not-listening':
      return {
        error,
        reason: `"${agent}" runs, but nothing listens on port ${port} in it`,
        fix: `start a server on port ${port}, or correct "${service}" under ports in agent.yaml`,
      }
    case 'loopback-only':
      return {
        error,
        reason: `"${service}" listens only on the container's own 127.0.0.1, port ${port}`,
        fix: `have it listen on 0.0.0.0 (most dev servers: --host 0.0.0.0)`,
      }
    case 'not-published':
      return {
        error,
        reason: `port ${port} of the container is not published`,
        fix: `run it again: agent run`,
      }
    case 'unreachable':
      return {
        error,
        reason: `the runtime cannot be asked: ${printable(condition.reason)}`,
        fix: 'agent doctor',
      }
    case 'unknown':
      return { error: failure.kind, reason: tellFailure(failure, port), fix: logs }
    default:
      return condition satisfies never
  }
}

function tellFailure(failure: NoAnswer['failure'], port: number): string {
  switch (failure.kind) {
    case 'refused':
      return `nothing accepts connections for port ${port}`
    case 'closed':
      return `the connection to port ${port} was closed without an answer`
    case 'connect-timeout':
      return `port ${port} did not accept a connection in time`
    case 'unreachable':
    case 'bad-response':
      return printable(failure.reason)
    default:
      return failure satisfies never
  }
}
