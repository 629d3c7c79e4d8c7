import { untilAborted } from '../lib/until-aborted.ts'
import { signalProcess } from '../platform/signal-process.ts'
import type { ExecSession, ExecSpec } from '../runtime/container-runtime.ts'
import { DEFAULT_SIZE, startProcess } from '../runtime/supervised/supervised-process.ts'
import type { AppleCommand } from './apple-command.ts'
import { environmentArguments } from './create-arguments.ts'
import { ExecStream, OutputQueue } from './exec-stream.ts'
import { startFailure } from './start-failure.ts'

const SIGTERM = 15
/** Of the output's beginning, for what `container` itself may have to complain about. */
const HEAD_MAX = 4096

/** One more command in a running container: a `container exec` of this process. */
export function startExec(command: AppleCommand, id: string, spec: ExecSpec): ExecSession {
  const { words, env } = execCall(id, spec)
  const queue = new OutputQueue()
  let head = ''
  const child = startProcess({
    command: [command.program, ...words],
    env: { ...command.env, ...env },
    stdin: spec.stdin,
    ...(spec.tty ? { terminal: spec.size ?? DEFAULT_SIZE } : {}),
    onOutput: (stream, bytes) => {
      if (head.length < HEAD_MAX) head += Buffer.from(bytes).toString()
      return queue.push({ stream, bytes })
    },
  })
  let isOver = false
  const exited = child.exited.then((exitCode) => {
    isOver = true
    queue.end()
    return startFailure(exitCode, head)?.exitCode ?? exitCode
  })
  const stream = new ExecStream(queue, {
    write: (bytes) => child.write(bytes),
    endInput: () => child.endInput(),
    leave: () => {
      if (!isOver) signalProcess(child.pid, SIGTERM)
    },
  })
  return {
    stream,
    resize: async (size) => child.resize(size),
    exitCode: (signal) => (signal === undefined ? exited : untilAborted(exited, signal)),
  }
}

function execCall(id: string, spec: ExecSpec): { words: string[]; env: Record<string, string> } {
  const environment = environmentArguments(spec.env)
  const words = [
    'exec',
    ...(spec.stdin ? ['--interactive'] : []),
    ...(spec.tty ? ['--tty'] : []),
    ...environment.words,
    ...(spec.workingDir === undefined ? [] : ['--workdir', spec.workingDir]),
    ...(spec.user === undefined ? [] : ['--user', spec.user]),
    id,
    ...spec.command,
  ]
  return { words, env: environment.env }
}
