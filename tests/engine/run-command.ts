import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** A command of the test bed that failed: its words, exit code and what it wrote to stderr. */
class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly command: readonly string[]
  readonly exitCode: number | null
  readonly stderr: string

  constructor(command: readonly string[], exitCode: number | null, stderr: string) {
    const last = stderr.trim().split('\n').slice(-8).join('\n  ')
    super(`${command.join(' ')}: ${exitCode === null ? 'killed' : `exit ${exitCode}`}\n  ${last}`)
    this.command = command
    this.exitCode = exitCode
    this.stderr = stderr
  }
}

export type RunOptions = {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Milliseconds after which the command is killed; 60,000 unless told. */
  readonly limitMs?: number
  readonly input?: string
}

/** Runs a command and returns its stdout. Throws CommandError when it exits with anything but 0 or exceeds its limit. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const [program = '', ...parameters] = command
  const child = spawn(program, parameters, {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    stdio: 'pipe',
    timeout: options.limitMs ?? 60_000,
    killSignal: 'SIGKILL',
  })
  // One that does not read its input to the end is no failure.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  const closed = once(child, 'close')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  if (child.exitCode !== 0) throw new CommandError(command, child.exitCode, stderr)
  return stdout
}

/** Like `run`, but says only whether the command succeeded. */
export async function succeeds(
  command: readonly string[],
  options: RunOptions = {},
): Promise<boolean> {
  try {
    await run(command, options)
    return true
  } catch (error) {
    if (error instanceof CommandError) return false
    throw error
  }
}
