import { execFile } from 'node:child_process'
import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'

/** A program of this machine. */
export type HostProgram = {
  /** Real path, behind links and the shims of version managers. */
  path: string
  version: string
  /** Folder of the whole installation; the program itself when that cannot be told. */
  installation: string
}

const ASK_LIMIT_MS = 10_000

type Question = { program: string; parameters: readonly string[] }

/**
 * How a program tells its version and, on the next line, where it really is: what is found on a PATH may be a
 * shim that only starts another (pyenv, asdf, volta, mise).
 */
const QUESTIONS: Readonly<Record<string, Question>> = {
  node: { program: 'node', parameters: ['-p', 'process.version + "\\n" + process.execPath'] },
  python: {
    program: 'python3',
    parameters: [
      '-c',
      'import os, sys; print("%d.%d.%d" % sys.version_info[:3]); print(os.path.realpath(sys.executable))',
    ],
  },
  go: { program: 'go', parameters: ['env', 'GOVERSION', 'GOROOT'] },
  rust: { program: 'rustc', parameters: ['--version'] },
}

/** Finds the program that a catalogue name means; undefined when this machine has none that works. */
export async function findHostProgram(
  name: string,
  host: { path: string; homeDir: string },
): Promise<HostProgram | undefined> {
  const question = QUESTIONS[name] ?? { program: name, parameters: ['--version'] }
  const found = onPath(question.program, host.path)
  if (found === undefined) return undefined
  const answer = await ask(found, question.parameters, host)
  if (answer === undefined) return undefined
  const [first = '', second = ''] = answer.split('\n').map((line) => line.trim())
  const version = /\d+(?:\.\d+)*/.exec(first)?.[0] ?? first
  const path = realpathSync(pathOf(name, second) ?? found)
  return { path, version, installation: installationOf(path, host.homeDir) }
}

/** Whether a version is the one asked for, or one of its line: 20.1.0 is a 20 and a 20.1, but no 2. */
export function isVersion(version: string, asked: string): boolean {
  const wanted = asked.replace(/^v/, '')
  return version === wanted || version.startsWith(`${wanted}.`)
}

function pathOf(name: string, told: string): string | undefined {
  if (!isAbsolute(told)) return undefined
  return name === 'go' ? join(told, 'bin', 'go') : told
}

/** Relative entries of a PATH mean a folder that somebody else may have filled. */
function onPath(program: string, path: string): string | undefined {
  return path
    .split(':')
    .filter(isAbsolute)
    .map((folder) => join(folder, program))
    .find(isExecutableFile)
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function ask(
  program: string,
  parameters: readonly string[],
  { path, homeDir }: { path: string; homeDir: string },
): Promise<string | undefined> {
  const options = { cwd: '/', env: { PATH: path, HOME: homeDir }, timeout: ASK_LIMIT_MS }
  return new Promise((resolve) => {
    execFile(program, [...parameters], options, (error, stdout) => {
      resolve(error === null ? stdout : undefined)
    })
  })
}

/** `<folder>/bin/<program>` belongs to a folder of its own, unless that holds everything of a user. */
function installationOf(path: string, homeDir: string): string {
  const bin = dirname(path)
  const folder = dirname(bin)
  const isShared = folder === '/' || folder === homeDir || folder === join(homeDir, '.local')
  return basename(bin) === 'bin' && !isShared ? folder : path
}
