import { archiveCommands, packagesForArchive, scriptCommands } from './archive-step.ts'
import { baseReference, copiedRuntimes, copyReference } from './base-image.ts'
import type { Architecture } from './catalogue-entry.ts'
import { type DockerMode, dockerReference, dockerStep, packagesForDocker } from './docker-mode.ts'
import { INIT, initScript } from './init-script.ts'
import type { InstallPlan } from './install-plan.ts'
import { packageSteps } from './package-steps.ts'
import { runStep } from './run-step.ts'
import { shellWord } from '../lib/shell-word.ts'

export type DockerfileOptions = {
  architecture: Architecture
  /** Keep downloads between builds. Only BuildKit can; without, the text is for any builder. */
  cacheMounts: boolean
  /** Shell commands of the user's, each of one or more lines, that run once everything is installed. */
  hooks?: readonly string[]
}

/** Where programs of the run keep their own things. */
const HOME = '/home/agent'

/**
 * The Dockerfile of a plan. The same plan gives the same text, whatever order it was asked for in. It takes the build
 * arguments `AGENT_UID` and `AGENT_GID`, who the run's command is.
 */
export function dockerfileOf(plan: InstallPlan, options: DockerfileOptions): string {
  const { architecture, cacheMounts, hooks = [] } = options
  const { dockerMode } = plan
  const steps = [
    `FROM ${baseReference(plan)}`,
    debianStep(plan, cacheMounts),
    ...runtimeSteps(plan),
    ...(dockerMode === undefined ? [] : [dockerStep(dockerMode)]),
    ...plan.archives.map((chosen) =>
      runStep(archiveCommands(chosen, architecture), { cacheMounts }),
    ),
    ...packageSteps(plan, cacheMounts),
    ...plan.scripts.flatMap((chosen) => [
      ...envStep(chosen.entry.env),
      runStep(scriptCommands(chosen, architecture), { cacheMounts }),
    ]),
    ...userSteps(),
    ...(dockerMode === undefined ? ['USER ${AGENT_UID}:${AGENT_GID}'] : initSteps(dockerMode)),
    ...hookSteps(hooks),
  ]
  return `${steps.join('\n\n')}\n`
}

/** References of every image that the build starts from or copies out of, the first one's first. */
export function baseReferences(plan: InstallPlan): string[] {
  const { dockerMode } = plan
  const docker = dockerMode === undefined ? [] : [dockerReference(dockerMode)]
  return [baseReference(plan), ...copiedRuntimes(plan).map(copyReference), ...docker]
}

/** Everything of Debian in one layer. */
function debianStep(plan: InstallPlan, cacheMounts: boolean): string {
  const needed = new Set([
    'ca-certificates',
    ...plan.debianPackages,
    ...plan.archives.flatMap(({ entry }) => packagesForArchive(entry)),
    ...plan.scripts.flatMap(({ entry }) => entry.packages),
    ...copiedRuntimes(plan).flatMap(({ entry }) => entry.beside.packages),
    ...packagesForDocker(plan.dockerMode),
  ])
  const commands = [
    // Debian's images throw away what was downloaded; a cache has to keep it.
    ...(cacheMounts ? ['rm -f /etc/apt/apt.conf.d/docker-clean'] : []),
    'apt-get update',
    `DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\\n      ${[...needed].sort().join(' ')}`,
  ]
  const leftovers = {
    caches: ['/var/cache/apt', '/var/lib/apt'],
    cleanUp: 'rm -rf /var/lib/apt/lists/*',
  }
  return runStep(commands, { cacheMounts, leftovers })
}

/** Copies each language out of its official image. Folders, because a link that is copied alone becomes a file. */
function runtimeSteps(plan: InstallPlan): string[] {
  const runtimes = copiedRuntimes(plan)
  if (runtimes.length === 0) return []
  const copies = runtimes.flatMap((chosen) =>
    chosen.entry.beside.folders.map(
      (folder) => `COPY --from=${copyReference(chosen)} ${folder} ${folder}`,
    ),
  )
  const path = runtimes.flatMap(({ entry }) => entry.beside.path)
  const env = Object.fromEntries(runtimes.flatMap(({ entry }) => Object.entries(entry.beside.env)))
  return [
    copies.join('\n'),
    // Python's own library is among what was copied.
    'RUN ldconfig',
    ...envStep({ ...env, ...(path.length > 0 && { PATH: [...path, '$PATH'].join(':') }) }),
  ]
}

function envStep(env: Readonly<Record<string, string>>): string[] {
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return pairs.length === 0 ? [] : [`ENV ${pairs.sort().join(' ')}`]
}

/**
 * Makes the run's user and its home folder. The base image may have somebody else under this uid, whose line goes. Last,
 * because everything before is the same for every user.
 */
function userSteps(): string[] {
  const commands = [
    '{ grep -q "^[^:]*:[^:]*:$AGENT_GID:" /etc/group || echo "agent:x:$AGENT_GID:" >> /etc/group; }',
    '{ [ "$AGENT_UID" = 0 ] || sed -i "/^[^:]*:[^:]*:$AGENT_UID:/d" /etc/passwd; }',
    `{ [ "$AGENT_UID" = 0 ] || echo "agent:x:$AGENT_UID:$AGENT_GID::${HOME}:/bin/bash" >> /etc/passwd; }`,
    `mkdir -p ${HOME} /workspace`,
    `chown "$AGENT_UID:$AGENT_GID" ${HOME} /workspace`,
  ]
  return [
    'ARG AGENT_UID=1000\nARG AGENT_GID=1000',
    runStep(commands, { cacheMounts: false }),
    `ENV HOME=${HOME}\nWORKDIR /workspace`,
  ]
}

/**
 * The entry point starts as root and becomes the run's user itself, so the image names none. It is written by a step,
 * line by line, because a build of ours has no context and old builders know no here-document.
 */
function initSteps(mode: DockerMode): string[] {
  const lines = initScript(mode).trimEnd().split('\n').map(shellWord)
  const write = `printf '%s\\n' \\\n      ${lines.join(' \\\n      ')} \\\n      > ${INIT}`
  return [runStep([write, `chmod 0755 ${INIT}`], { cacheMounts: false }), `ENTRYPOINT ["${INIT}"]`]
}

/** A hook of several lines is as many commands. */
function hookSteps(hooks: readonly string[]): string[] {
  const commands = hooks
    .flatMap((hook) => hook.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  return commands.length === 0 ? [] : [runStep(commands, { cacheMounts: false })]
}
