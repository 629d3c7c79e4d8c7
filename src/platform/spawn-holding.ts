import { spawn } from 'node:child_process'
import { LineDecoder } from '../lib/line-decoder.ts'
import { leaveRunning } from './leave-running.ts'

/**
 * Starts a program that outlives this one, in its own session and in `/`, and that inherits an open file
 * as descriptor 3. Answers with the first line it writes to stdout; undefined when it ended, or took longer than
 * `limitMs`, without one.
 */
export function spawnHolding(
  command: readonly string[],
  options: { env: Record<string, string>; stderr: number; held: number; limitMs: number },
): { pid: number; firstLine: Promise<string | undefined> } {
  const [program = '', ...parameters] = command
  const child = spawn(program, parameters, {
    cwd: '/',
    env: options.env,
    detached: true,
    stdio: ['ignore', 'pipe', options.stderr, options.held],
  })
  const lines = new LineDecoder()
  const firstLine = new Promise<string | undefined>((resolve, reject) => {
    const finish = (line: string | undefined): void => {
      clearTimeout(limit)
      child.stdout?.destroy()
      leaveRunning(child)
      resolve(line)
    }
    const limit = setTimeout(() => finish(undefined), options.limitMs)
    child.once('error', reject)
    child.stdout?.once('close', () => finish(undefined))
    child.stdout?.on('data', (bytes: Buffer) => {
      const [line] = lines.push(bytes)
      if (line !== undefined) finish(line)
    })
  })
  return { pid: child.pid ?? -1, firstLine }
}
