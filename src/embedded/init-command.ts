import {
  accessSync,
  constants,
  existsSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import { type Libc, openLibc } from '../platform/libc.ts'
import { becomeProgram, changeFolder, duplicateAs, setHostname } from '../platform/linux-process.ts'
import { writeToInherited } from '../platform/pipe.ts'
import { StartError } from '../runtime/start-error.ts'
import { environmentOf } from './container-environment.ts'
import { ContainerFolder } from './container-folder.ts'
import { type ContainerRecord, identityOf } from './container-record.ts'
import { enterRoot } from './root-file-system.ts'
import {
  CHAIN_ENV,
  ENVIRONMENT_FD,
  exportScript,
  reaperScript,
  STDERR_FD,
  STATUS_FD,
  unscriptable,
} from './sandbox-scripts.ts'
import { encodeStartFailure } from '../runtime/supervised/start-report.ts'

/**
 * The first process of a container's pid namespace: puts its file system together, gives up every power,
 * and becomes the command's reaper. What goes wrong is told on the status descriptor.
 */
export function runInit(path: string): void {
  try {
    becomeContainer(new ContainerFolder(path))
  } catch (error) {
    writeToInherited(STATUS_FD, `${encodeStartFailure(error)}\n`)
  }
}

function becomeContainer(folder: ContainerFolder): never {
  const record = folder.record()
  if (record === undefined) throw new Error(`no record in ${folder.path}`)
  const libc = openLibc()
  const identity = identityOf(record)
  enterRoot(libc, { record, identity, hosts: folder.hosts })
  setHostname(libc, record.spec.hostname)
  const env = environmentOf(record.spec)
  const { workingDir } = record.spec
  const command = record.spec.command ?? defaultCommand(record)
  enterFolder(workingDir)
  requireProgram(command[0] ?? '', env['PATH'] ?? '')
  keepEnvironment(libc, env)
  duplicateAs(libc, STDERR_FD, 2)
  const { uid, gid } = identity
  becomeProgram(libc, {
    path: '/usr/bin/unshare',
    argv: [
      ...`unshare --user --keep-caps --map-user=${uid} --map-group=${gid} --`.split(' '),
      ...'setpriv --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- sh -c'.split(' '),
      reaperScript(record.spec),
      'init',
      ...command,
    ],
    env: { ...unscriptable(env), ...CHAIN_ENV },
    keep: [STATUS_FD, ENVIRONMENT_FD],
  })
}

function defaultCommand({ spec }: ContainerRecord): readonly string[] {
  return [spec.tty && existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh']
}

/** The environment waits in a file without a name, which only who holds it can read. */
function keepEnvironment(libc: Libc, env: Record<string, string>): void {
  const path = '/run/.environment'
  writeFileSync(path, exportScript(env), { mode: 0o600 })
  duplicateAs(libc, openSync(path, 'r'), ENVIRONMENT_FD)
  rmSync(path)
}

function enterFolder(path: string): void {
  try {
    changeFolder(path)
  } catch (cause) {
    throw new StartError(
      `the working folder ${quoted(path)} is not there inside: ${messageOf(cause)}`,
      125,
      { cause },
    )
  }
}

/** Says beforehand what `env` would only say in the output. */
function requireProgram(name: string, path: string): void {
  const places = name.includes('/') ? [name] : path.split(':').map((folder) => join(folder, name))
  const found = places.filter((place) => statSync(place, { throwIfNoEntry: false })?.isFile())
  if (found.length === 0)
    throw new StartError(`the command ${quoted(name)} was not found`, 127, {
      fix: [
        'check its spelling',
        'a program below your home folder is not seen inside: mount its folder with agent run --mount <folder>:<folder>:ro',
      ],
    })
  if (!found.some(isExecutable))
    throw new StartError(`the command ${quoted(name)} is not executable`, 126, {
      fix: `chmod +x ${found[0]}`,
    })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
