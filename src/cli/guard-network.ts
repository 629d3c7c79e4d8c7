import { isIPv4 } from 'node:net'
import { UserError } from '../lib/errors.ts'
import { installGuard, liftGuard } from '../platform/bridge-guard.ts'

/**
 * `agent __guard install <table> <bridge> <gateway> <port>…` and `agent __guard lift <table>`: what the container that
 * writes the network rules of a strict run executes. Throws when the kernel refuses them.
 */
export function guardNetwork([verb, table, bridge, gateway, ...words]: readonly string[]): void {
  if (verb === 'lift' && table !== undefined) return liftGuard(table)
  const ports = words.map(Number)
  if (verb !== 'install' || table === undefined || bridge === undefined || !isIPv4(gateway ?? ''))
    throw new UserError('__guard is started by agent itself', { exitCode: 2 })
  const wrong = words.find((_, at) => !isPort(ports[at] ?? 0))
  if (wrong !== undefined) throw new UserError(`"${wrong}" is no port (1–65535)`, { exitCode: 2 })
  installGuard({ table, bridge, gateway: gateway ?? '', ports })
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535
}
