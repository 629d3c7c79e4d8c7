import { createInterface } from 'node:readline/promises'
import { PassThrough } from 'node:stream'
import type { AppContext } from './app-context.ts'

/** Whether there is somebody to ask. */
export function canAsk({ terminal }: AppContext): boolean {
  return terminal.stdinIsTty && terminal.stderrIsTty
}

/** Asks on the terminal; anything but yes is no. Call only where `canAsk`. */
export async function confirm(app: AppContext, question: string): Promise<boolean> {
  app.output.passNote(`${question} [y/N] `)
  const lines = createInterface({ input: app.terminal.stdin, output: new PassThrough() })
  try {
    for await (const line of lines) return /^y(es)?$/i.test(line.trim())
    return false
  } finally {
    lines.close()
  }
}
