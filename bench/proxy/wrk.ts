import { run } from '../../tests/engine/run-command.ts'
import type { Contender } from './contender.ts'
import type { Program } from './tools.ts'

/** What one run of wrk gave. */
export type Load = {
  requestsPerSecond: number
  /** Of the proxy, in microseconds of processor time. */
  cpuUsPerRequest: number
  p99Ms: number
  /** Connections that failed and responses that were no success. */
  errors: number
}

/** Loads a contender through kept connections for one second, as fast as it answers. */
export async function loadFully(
  wrk: Program,
  contender: Contender,
  options: { connections: number; processor: number; script?: string },
): Promise<Load> {
  const { connections, processor, script } = options
  const { server } = contender
  const load = ['-t1', `-c${connections}`, '-d1s', '--latency', '--timeout', '5s']
  const flags = [...load, '-H', `Host: ${contender.host('web')}`]
  const url = `http://127.0.0.1:${server.port}/`
  const scripted = script === undefined ? [] : ['-s', script]
  const before = server.cpuUs()
  const output = await run(
    ['taskset', '-c', String(processor), ...wrk.command, ...flags, ...scripted, url],
    { env: wrk.env },
  )
  return parseLoad(output, server.cpuUs() - before)
}

/** Reads what wrk prints. Throws when it is something else. */
export function parseLoad(output: string, cpuUs: number): Load {
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1])
  const requests = number(/^\s*(\d+) requests in/m)
  const [, latency = '', unit = ''] = /^\s*99%\s+([\d.]+)(us|ms|s)/m.exec(output) ?? []
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/
  const failed = (socketErrors.exec(output)?.slice(1) ?? []).map(Number)
  const refused = number(/Non-2xx or 3xx responses: (\d+)/)
  const load = {
    requestsPerSecond: number(/^Requests\/sec:\s+([\d.]+)/m),
    cpuUsPerRequest: cpuUs / requests,
    p99Ms: Number(latency) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? Number.NaN),
    errors: failed.reduce((sum, count) => sum + count, 0) + (refused || 0),
  }
  if (Number.isNaN(load.requestsPerSecond + load.cpuUsPerRequest + load.p99Ms))
    throw new Error(`not understood of wrk: ${output}`)
  return load
}
