import { dirname } from 'node:path'
import { isWithin } from '../config/mount.ts'
import { type Dependency, formatDependency } from '../config/dependency.ts'
import type { ProjectConfig } from '../config/project-config.ts'
import type { Environment } from '../platform/host.ts'
import { findEntry } from '../image/catalogue.ts'
import { UserError } from '../lib/errors.ts'
import { quoted } from '../lib/quoted.ts'
import { needsDocker } from './planned-docker.ts'
import { findHostProgram, type HostProgram, isVersion } from './host-programs.ts'
import { caFiles } from './ca-files.ts'
import type { RunBase } from './run-base.ts'

/** Name of the base that is no image. */
const HOST_BASE = 'host'

/** Folders of this machine that every run without an image sees. */
const SEEN = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/opt', '/nix', '/gnu']
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

const DOCKER = 'install Docker Engine, which is used unless --runtime embedded is given'

/**
 * For a runtime without images: the programs a project needs, found on this machine. Throws a `UserError` for what
 * only an image can give, and for a program that is missing or has another version.
 */
export async function hostBase(
  project: ProjectConfig,
  host: { env: Environment; homeDir: string },
): Promise<RunBase> {
  refuseWithoutImages(project)
  const { env, homeDir } = host
  const search = { path: env['PATH'] ?? '', homeDir }
  const ca = caFiles(env, [...SEEN, '/etc'])
  const programs = await Promise.all(
    project.dependencies.map((dependency) => programFor(dependency, search)),
  )
  const hidden = programs.filter(({ path }) => !SEEN.some((folder) => isWithin(path, folder)))
  const folders = [...new Set(programs.map(({ path }) => dirname(path)))]
  const unusual = folders.filter((folder) => !USUAL_PATH.split(':').includes(folder))
  return {
    image: HOST_BASE,
    imageSource: 'this machine',
    mounts: [
      ...[...new Set(hidden.map(({ installation }) => installation))]
        .sort()
        .map((folder) => ({ source: folder, target: folder, readonly: true })),
      ...ca.mounts,
    ],
    env: {
      ...ca.env,
      ...(unusual.length === 0 ? {} : { PATH: [...unusual, USUAL_PATH].join(':') }),
    },
  }
}

function refuseWithoutImages({ image, container }: ProjectConfig): void {
  const refusals: readonly [isAsked: boolean, what: string, why: string][] = [
    [
      image !== undefined,
      `image: ${image}`,
      'it has no images: commands run on the system of this machine',
    ],
    [
      container.user === 'image',
      'container.user: image',
      'there is no image that could name a user',
    ],
    [
      container.memoryBytes !== undefined,
      'container.memory',
      'without an engine nothing limits memory',
    ],
    [container.cpus !== undefined, 'container.cpus', 'without an engine nothing limits processors'],
    [container.pids !== undefined, 'container.pids', 'without an engine nothing limits processes'],
  ]
  for (const [isAsked, what, why] of refusals)
    if (isAsked)
      throw new UserError(`the embedded runtime cannot do ${what}; ${why}`, {
        fix: ['take it out of agent.yaml', DOCKER],
        exitCode: 2,
      })
}

async function programFor(
  dependency: Dependency,
  host: { path: string; homeDir: string },
): Promise<HostProgram> {
  const asked = formatDependency(dependency)
  if (dependency.kind === 'docker')
    throw needsDocker(dependency.mode, { description: 'the embedded runtime' })
  if (dependency.kind === 'package')
    throw new UserError(`the embedded runtime cannot install ${asked}; it has no images`, {
      fix: ['install it in the project, in its own way', DOCKER],
      exitCode: 2,
    })
  const { version } = dependency
  // The catalogue knows what else it is called.
  const name = findEntry(dependency.name)?.name ?? dependency.name
  const found = await findHostProgram(name, host)
  const remedies = [
    `install ${asked.replace('@', ' ')} on this machine, first on your PATH`,
    DOCKER,
  ]
  if (found === undefined)
    throw new UserError(
      `${quoted(name)} is not on your PATH, and the embedded runtime uses this machine's programs`,
      {
        fix: remedies,
        exitCode: 2,
      },
    )
  if (version !== undefined && !isVersion(found.version, version))
    throw new UserError(
      `${asked} is asked for, and this machine has ${found.version} (${found.path})`,
      {
        fix: remedies,
        exitCode: 2,
      },
    )
  return found
}
