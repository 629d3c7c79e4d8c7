import { execFile } from 'node:child_process'
import type { Environment } from '../platform/host.ts'

/** A checkout of a big repository takes its time. */
const GIT_LIMIT_MS = 120_000

export type GitAnswer =
  | { ok: true; text: string }
  | { ok: false; reason: 'failed' | 'missing'; text: string }

export type GitOptions = {
  env: Environment
  /** Where git is not to look for itself: GIT_DIR and its like. */
  places?: Readonly<Record<string, string>>
  signal: AbortSignal
}

/** Runs the user's git in a folder: what it printed without the last line's end, or the last thing it complained of. */
export function git(
  folder: string,
  words: readonly string[],
  { env, places = {}, signal }: GitOptions,
): Promise<GitAnswer> {
  const { promise, resolve } = Promise.withResolvers<GitAnswer>()
  const options = {
    cwd: folder,
    env: { ...ownEnvironment(env), ...places },
    signal,
    timeout: GIT_LIMIT_MS,
  }
  execFile('git', [...words], options, (error, stdout, stderr) => {
    if (error === null) return resolve({ ok: true, text: stdout.replace(/\n$/, '') })
    if (error.code === 'ENOENT') return resolve({ ok: false, reason: 'missing', text: '' })
    resolve({ ok: false, reason: 'failed', text: complaint(stderr) || error.message })
  })
  return promise
}

/** Without what leads git to another repository than the folder's: a hook of git may have started us. */
function ownEnvironment(env: Environment): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value === undefined || REDIRECTIONS.includes(name) ? [] : [[name, value]],
  )
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0' }
}

const REDIRECTIONS = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_NAMESPACE',
]

function complaint(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1) ?? ''
  return last.replace(/^(?:fatal|error): /, '')
}
