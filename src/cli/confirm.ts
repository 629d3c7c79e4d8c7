import { createInterface } from 'node:readline/promises'
import { PassThrough } from 'node:stream'
import type { AppContext } from './app-context.ts'

/** Whether there is somebody to ask. */
export function canAsk({ terminal }: AppContext): boolean {
  return terminal.stdinIsTty && terminal.stderrIsTty
}

/** Asks on the terminal; anything but yes is no. Call only where `canAsk`. Rejects with the signal's reason. */
export async function confirm(
  app: AppContext,
  question: string,
  signal?: AbortSignal,
): Promise<boolean> {
  signal?.throwIfAborted()
  app.output.passNote(`${question} [y/N] `)
  const lines = createInterface({ input: app.terminal.stdin, output: new PassThrough() })
  const leave = (): void => lines.close()
  signal?.addEventListener('abort', leave)
  try {
    for await (const line of lines) return /^y(es)?$/i.test(line.trim())
    signal?.throwIfAborted()
    return false
  } finally {
    signal?.removeEventListener('abort', leave)
    lines.close()
  }
}
