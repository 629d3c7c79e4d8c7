import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { environmentOf } from './container-environment.ts'
import type { ContainerFolder } from './container-folder.ts'
import type { ContainerRecord } from './container-record.ts'
import { encodeExit, encodeFrame, FRAME } from '../runtime/supervised/frames.ts'
import { followInput } from '../runtime/supervised/input-frames.ts'
import type { ExecOrder } from '../runtime/supervised/orders.ts'
import { DEFAULT_SIZE, startProcess } from '../runtime/supervised/supervised-process.ts'
import { CHAIN_ENV, enteredScript, exportScript } from './sandbox-scripts.ts'
import { writeWhole } from '../runtime/supervised/sockets.ts'

/** The further commands of one container, as its supervising process runs them. */
export class Execs {
  readonly #folder: ContainerFolder
  readonly #record: ContainerRecord
  readonly #exitCodes = new Map<string, Promise<number>>()

  constructor(folder: ContainerFolder, record: ContainerRecord) {
    this.#folder = folder
    this.#record = record
  }

  /** Runs a command beside process `first`, over this connection. */
  async run(socket: Socket, order: ExecOrder, first: number | undefined): Promise<void> {
    if (first === undefined) return void socket.destroy()
    const env = { ...environmentOf(this.#record.spec), ...order.env }
    const script = this.#openScript(exportScript(env), order.exec)
    const workingDir = order.workingDir ?? this.#record.spec.workingDir
    const started = startProcess({
      command: entered(first, workingDir, order),
      env: { ...CHAIN_ENV },
      stdin: order.stdin,
      ...(order.tty ? { terminal: order.size ?? DEFAULT_SIZE } : {}),
      extra: script,
      onOutput: async (stream, bytes) => {
        const kind = stream === 'stdout' ? FRAME.stdout : FRAME.stderr
        await writeWhole(socket, encodeFrame(kind, bytes))
      },
    })
    closeSync(script)
    this.#exitCodes.set(order.exec, started.exited)
    void followInput(socket, started, order)
    await started.exited
    socket.end()
  }

  /** Answers how such a command has ended, once it has. */
  async tellExit(socket: Socket, exec: string): Promise<void> {
    const exitCode = await this.#exitCodes.get(exec)
    this.#exitCodes.delete(exec)
    if (exitCode === undefined) socket.destroy()
    else socket.end(encodeExit(exitCode))
  }

  /** A file that has no name any more when somebody could look for it. */
  #openScript(text: string, exec: string): number {
    const path = join(this.#folder.path, `exec-${exec}`)
    writeFileSync(path, text, { mode: 0o600 })
    const file = openSync(path, 'r')
    rmSync(path)
    return file
  }
}

const NAMESPACES = { mount: 'mnt', pid: 'pid', ipc: 'ipc', uts: 'uts', cgroup: 'cgroup' } as const

/**
 * The command line that enters a running container. The mount namespace belongs to the outer user namespace:
 * who joins the inner one first loses the right to join it, hence two steps.
 */
function entered(first: number, workingDir: string, order: ExecOrder): string[] {
  return [
    'nsenter',
    ...Object.entries(NAMESPACES).map(([option, name]) => `--${option}=/proc/${first}/ns/${name}`),
    ...'--preserve-credentials -- nsenter --user=/proc/1/ns/user --preserve-credentials --'.split(
      ' ',
    ),
    ...'setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all -- sh -c'.split(' '),
    enteredScript(order),
    'enter',
    workingDir,
    ...order.command,
  ]
}
