import type { UnavailableReason } from './unavailable-error.ts'

/** One place where a runtime was looked for in vain; `agent doctor` shows them all. */
export type EndpointFailure = {
  /** Why we looked there: `DOCKER_HOST`, `context "colima"`, `rootless socket`. */
  source: string
  endpoint: string
  reason: UnavailableReason
  /** One line for people, lower case, no full stop. */
  what: string
  fixes: readonly string[]
}
