import { randomBytes } from 'node:crypto'
import type { ExecSession, ExecSpec } from '../runtime/container-runtime.ts'
import type { ContainerId } from '../runtime/container-state.ts'
import { ContainerUnavailableError } from '../runtime/container-unavailable-error.ts'
import { StartError } from '../runtime/start-error.ts'
import type { ContainerFolder } from './container-folder.ts'
import { identityOf } from './container-record.ts'
import { FRAME } from '../runtime/supervised/frames.ts'
import { ProcessStream } from '../runtime/supervised/process-stream.ts'
import { readFrames } from '../runtime/supervised/read-frames.ts'
import { giveOrder } from '../runtime/supervised/supervisor-connection.ts'

/** What a command that died with its container would have ended with. */
const KILLED = 137

/** Starts one more command in a running container. */
export async function startExec(
  folder: ContainerFolder,
  id: ContainerId,
  spec: ExecSpec,
): Promise<ExecSession> {
  refuseOtherUser(folder, spec)
  const { env, workingDir, tty, stdin, size } = spec
  const exec = randomBytes(8).toString('hex')
  const socket = await giveOrder(folder, {
    verb: 'exec',
    exec,
    command: [...spec.command],
    env: { ...env },
    tty,
    stdin,
    ...(workingDir === undefined ? {} : { workingDir }),
    ...(size === undefined ? {} : { size }),
  })
  if (socket === undefined) throw new ContainerUnavailableError(id, 'not-running')
  const stream = new ProcessStream(Promise.resolve(socket))
  return {
    stream,
    resize: (newSize) => stream.resize(newSize),
    exitCode: (signal) => exitCodeOf(folder, exec, signal),
  }
}

/** A container has one user id, for that is all that can be had without privileges. */
function refuseOtherUser(folder: ContainerFolder, { user }: ExecSpec): void {
  const record = folder.record()
  if (user === undefined || record === undefined) return
  const { uid, gid } = identityOf(record)
  if (user !== `${uid}:${gid}` && user !== String(uid))
    throw new StartError(
      `user "${user}" does not exist here: the embedded runtime has one user`,
      125,
      {
        fix: 'leave the user out, or use Docker',
      },
    )
}

async function exitCodeOf(
  folder: ContainerFolder,
  exec: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  signal?.throwIfAborted()
  const socket = await giveOrder(folder, { verb: 'exec-exit', exec })
  if (socket === undefined) return KILLED
  let exitCode = KILLED
  const onAbort = (): void => void socket.destroy()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    for await (const { kind, payload } of readFrames(socket))
      if (kind === FRAME.exit) exitCode = payload[0] ?? KILLED
  } catch {
    // The connection broke with the container.
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
  signal?.throwIfAborted()
  return exitCode
}
