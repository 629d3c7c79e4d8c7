import { z } from 'zod'
import { UserError, usageError } from '../lib/errors.ts'
import { parseDetachKeys } from '../run/detach-keys.ts'
import { endRun } from '../run/end-run.ts'
import { recordStop } from '../run/record-stop.ts'
import { resolveLiveRun } from '../run/resolve-run.ts'
import type { RunRecord } from '../run/run-record.ts'
import { containerId } from '../runtime/container-state.ts'
import type { AppContext } from './app-context.ts'
import { attachToStarted } from './attach-to-started.ts'
import { ExitError } from './exit-error.ts'
import { openStores } from './stores.ts'
import { wakeDaemon } from './wake-daemon.ts'

export type AttachFlags = { interactive?: true | undefined; detachKeys: string }

/** The part of a run's plan that says whether it has a terminal inside. */
const planSchema = z.object({ interactive: z.boolean() })

/** Connects this terminal with a running run, until the run ends or the user detaches. */
export async function attachToRun(
  app: AppContext,
  name: string,
  flags: AttachFlags,
): Promise<void> {
  const detachKeys = parseDetachKeys(flags.detachKeys)
  const stores = openStores(app)
  using _state = stores.state
  const { context } = stores
  const run = resolveLiveRun(context.runs.list({ live: false }), name, app.clock.now())
  if (run.state !== 'running' || run.containerId === undefined)
    throw new UserError(`"${run.name}" is ${run.state}`, { fix: `agent logs ${run.name}` })
  const tty = planSchema.parse(run.plan).interactive
  requireInput(app, run, tty, flags)
  wakeDaemon(app, stores)
  const runtime = await context.connect(run.runtime, run.endpoint)
  const container = containerId(run.containerId)
  const stdin = flags.interactive === true
  const exit = runtime.wait(container)
  await using stream = await runtime.attach(container, { stdin, tty })
  await exit.ready
  const session = await attachToStarted(app, {
    stream,
    exit: exit.exit,
    runtime,
    container,
    interactive: stdin,
    detachKeys,
    redraw: stdin,
    whenUnread: 'leave',
    onStop: () => recordStop(run.id, context),
  })
  if (session.kind === 'detached') {
    app.output.note(`detached; agent attach -i ${run.name} connects again`)
    return
  }
  const status = await exit.exit
  await endRun(run.id, context, { graceMs: 0, exit: status, requested: session.interrupted })
  const exitCode = session.interrupted ? 130 : status.exitCode
  if (exitCode !== 0) throw new ExitError(exitCode)
}

function requireInput(app: AppContext, run: RunRecord, tty: boolean, flags: AttachFlags): void {
  if (flags.interactive !== true) return
  if (!tty)
    throw usageError(`"${run.name}" was started without --interactive, so it reads no input`, [
      `agent exec -i ${run.name} -- sh`,
      `agent attach ${run.name}`,
    ])
  if (!app.terminal.stdinIsTty)
    throw usageError(
      'attach --interactive needs a terminal, and stdin is none',
      `agent attach ${run.name}`,
    )
}
