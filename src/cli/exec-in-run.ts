import { messageOf, UserError, usageError } from '../lib/errors.ts'
import { printable } from '../lib/printable.ts'
import { runSession } from '../run/attached-session.ts'
import { DEFAULT_DETACH_KEYS, parseDetachKeys } from '../run/detach-keys.ts'
import { execCommandOf } from '../run/planned-docker.ts'
import { resolveLiveRun } from '../run/resolve-run.ts'
import { containerId } from '../runtime/container-state.ts'
import type { ExecSession } from '../runtime/container-runtime.ts'
import type { AppContext } from './app-context.ts'
import { ExitError } from './exit-error.ts'
import { openStores, openStoresForReading } from './stores.ts'

/** One more command in a running run; with `-i` connected to this terminal. */
export async function execInRun(
  app: AppContext,
  name: string,
  command: readonly string[],
  flags: { interactive?: true | undefined },
): Promise<void> {
  if (command.length === 0) throw usageError('exec needs a command', `agent exec ${name} -- sh`)
  const stores = openStoresForReading(app)
  if (stores === undefined) throw new UserError('there is no run yet', { fix: 'agent run' })
  using _state = stores.state
  const { context } = stores
  const run = resolveLiveRun(context.runs.list({ live: false }), name, app.clock.now())
  if (run.state !== 'running' || run.containerId === undefined)
    throw new UserError(`"${run.name}" is ${run.state}`, { fix: 'agent list -a' })
  const stdin = flags.interactive === true
  const tty = stdin && app.terminal.stdinIsTty && app.terminal.stdoutIsTty
  const size = app.terminal.size()
  const runtime = await context.connect(run.runtime, run.endpoint)
  recordExec(app, run.id, { program: command[0] ?? '', interactive: stdin })
  const session = await runtime.exec(containerId(run.containerId), {
    command: execCommandOf(run.plan, command),
    env: tty ? { TERM: app.host.env['TERM'] ?? 'xterm' } : {},
    tty,
    stdin,
    ...(size === undefined ? {} : { size }),
  })
  const exitCode = await follow(app, session, { stdin, tty })
  if (exitCode !== 0) throw new ExitError(exitCode)
}

/** In the run's audit log, before it begins; the run's user is not kept from working when that cannot be written. */
function recordExec(
  app: AppContext,
  runId: string,
  data: { program: string; interactive: boolean },
): void {
  try {
    const { state, context } = openStores(app)
    using _state = state
    context.audit.append(runId, { type: 'exec', data })
  } catch (error) {
    app.output.note(printable(messageOf(error)))
  }
}

async function follow(
  app: AppContext,
  session: ExecSession,
  { stdin, tty }: { stdin: boolean; tty: boolean },
): Promise<number> {
  await using stream = session.stream
  const end = await runSession({
    stream,
    // An engine cannot signal a command of exec: closing the connection is all there is.
    target: {
      resize: (size) => session.resize(size),
      stop: async () => stream[Symbol.asyncDispose](),
      kill: async () => stream[Symbol.asyncDispose](),
    },
    terminal: app.terminal,
    output: app.output,
    stdin,
    tty,
    whenUnread: 'stop',
    detachKeys: parseDetachKeys(DEFAULT_DETACH_KEYS),
  })
  if (end.kind === 'detached') return 0
  return end.interrupted ? 130 : session.exitCode()
}
