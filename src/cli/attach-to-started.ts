import { runSession, type SessionEnd, type SessionOptions } from '../run/attached-session.ts'
import type { ContainerRuntime } from '../runtime/container-runtime.ts'
import type { ContainerId } from '../runtime/container-state.ts'
import type { ContainerStream } from '../runtime/container-stream.ts'
import type { AppContext } from './app-context.ts'

/** SIGTERM first, SIGKILL after this, as `docker stop` does. */
const STOP_GRACE_MS = 10_000

/** Connects this terminal with a container's main process. */
export async function attachToStarted(
  app: AppContext,
  options: {
    stream: ContainerStream
    exit: Promise<unknown>
    runtime: ContainerRuntime
    container: ContainerId
    interactive: boolean
    detachKeys: Uint8Array
    redraw?: boolean
    onInterrupt?: SessionOptions['onInterrupt']
    /** Called before the first signal, so that the end is known to be asked for whoever sees it. */
    onStop: () => void
  },
): Promise<SessionEnd> {
  const { runtime, container, interactive } = options
  const end = await runSession({
    stream: options.stream,
    exit: options.exit,
    target: {
      resize: (size) => runtime.resize(container, size),
      stop: async () => {
        options.onStop()
        await runtime.stop(container, { graceMs: STOP_GRACE_MS })
      },
      kill: () => runtime.kill(container, 'SIGKILL'),
    },
    terminal: app.terminal,
    output: app.output,
    stdin: interactive,
    tty: interactive,
    detachKeys: options.detachKeys,
    redraw: options.redraw ?? false,
    ...(options.onInterrupt === undefined ? {} : { onInterrupt: options.onInterrupt }),
  })
  // The cursor stands wherever the program inside left it.
  if (end.kind === 'detached' && app.terminal.stderrIsTty) app.output.passNote('\r\n')
  return end
}
