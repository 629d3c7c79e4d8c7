import { printable } from '../lib/printable.ts'
import type { AppContext } from './app-context.ts'
import { readStatus } from './status/read-status.ts'
import { statusAnswer, statusLines } from './status/status-lines.ts'

/** `agent status`: everything at a glance. Reads and asks, never writes. */
export async function showStatus(app: AppContext, flags: { json: boolean }): Promise<void> {
  const facts = await readStatus(app)
  if (flags.json) app.output.answer(JSON.stringify(statusAnswer(facts), undefined, 2))
  else for (const line of statusLines(facts)) app.output.answer(printable(line))
}
