import { type Parsed, parsed, refused } from './parsed.ts'
import { quoted } from './quoted.ts'

const PORT_MAX = 65535

/**
 * Reads a TCP port written in decimal digits.
 * @param options `least`: 0 where "any free port" makes sense, otherwise 1
 */
export function parsePort(text: string, options: { least: 0 | 1 } = { least: 1 }): Parsed<number> {
  const port = /^(?:0|[1-9]\d{0,4})$/.test(text) ? Number(text) : -1
  if (port >= options.least && port <= PORT_MAX) return parsed(port)
  return refused(
    `port ${quoted(text)} is not a number from ${options.least} to ${PORT_MAX}`,
    `choose a port from ${options.least} to ${PORT_MAX}`,
  )
}
