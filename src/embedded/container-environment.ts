import type { ContainerRecord } from './container-record.ts'
import { CHAIN_ENV } from './sandbox-scripts.ts'

/** What every command of a container finds in its environment. */
export function environmentOf(spec: ContainerRecord['spec']): Record<string, string> {
  return {
    ...CHAIN_ENV,
    HOME: '/home/agent',
    USER: 'agent',
    LANG: 'C.UTF-8',
    HOSTNAME: spec.hostname,
    ...spec.env,
  }
}
