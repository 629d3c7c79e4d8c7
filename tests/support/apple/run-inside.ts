import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { ContainerError } from './container-error.ts'

/** In the environment of everything that runs in a container of the stand-in. */
const MARK = 'AGENT_TEST_APPLE_CONTAINER'

export type InsideProcess = {
  command: readonly string[]
  env: Readonly<Record<string, string>>
  workingDir: string
  user?: string | undefined
  tty: boolean
  /** Value of the mark: names the container. */
  mark: string
}

/** Runs a command of a container on this process's own stdin, stdout and stderr; resolves with its exit code. */
export async function runInside(
  { command, env, workingDir, user, tty, mark }: InsideProcess,
  options: { isInput: boolean; onStarted?: (pid: number) => void; onEnded?: () => void },
): Promise<number> {
  const [program = ''] = command
  if (Bun.which(program) === null)
    throw new ContainerError('internalError', `failed to find target executable ${program}`)
  const [first = '', ...rest] = [...asUser(user), ...command]
  const child = spawn(first, rest, {
    cwd: workingDir,
    env: { PATH: process.env['PATH'], ...env, [MARK]: mark },
    // What ends this process does not end a virtual machine.
    detached: true,
    stdio: [options.isInput || tty ? 'inherit' : 'ignore', 'inherit', 'inherit'],
  })
  options.onStarted?.(child.pid ?? -1)
  const exitCode = await exitOf(child)
  if (options.onEnded !== undefined) {
    killMarked(mark)
    options.onEnded()
  }
  return exitCode
}

function asUser(user: string | undefined): string[] {
  if (user === undefined) return []
  const [uid = '', gid = uid] = user.split(':')
  return ['setpriv', '--reuid', uid, '--regid', gid, '--clear-groups', '--']
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    )
  })
}

/** Ends everything that runs in a container. */
export function killMarked(mark: string): void {
  for (const name of readdirSync('/proc').filter((it) => /^\d+$/.test(it))) {
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0')
      if (environment.includes(`${MARK}=${mark}`)) process.kill(Number(name), 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
}
