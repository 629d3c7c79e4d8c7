import type { ContainerSpec } from '../runtime/container-spec.ts'
import type { ContainerId } from '../runtime/container-state.ts'
import { ContainerUnavailableError } from '../runtime/container-unavailable-error.ts'
import { MissingImageError } from '../runtime/missing-image-error.ts'
import { StartError } from '../runtime/start-error.ts'

import type { EngineError } from './engine-error.ts'
import { shellWord } from '../lib/shell-word.ts'

/** Why a container could not be made, from the engine's answer to `POST /containers/create`. */
export function createErrorOf(spec: ContainerSpec, error: EngineError): Error {
  const { reason, status } = error
  if (status === 404 && /no such image/i.test(reason)) {
    return new MissingImageError(spec.image, { fix: `docker pull ${spec.image}`, cause: error })
  }
  if (status === 409 && /name .* is already in use/i.test(reason)) {
    return new StartError(`there is a container named "${spec.name}" already`, 125, {
      fix: `docker rm -f ${spec.name}`,
      cause: error,
    })
  }
  const source = /bind source path does not exist: (.+)$/.exec(reason)?.[1]
  if (source !== undefined) {
    return new StartError(`the mount's source ${source} does not exist`, 125, {
      fix: `mkdir -p ${shellWord(source)}`,
      cause: error,
    })
  }
  return startErrorFrom(error)
}

type Words = { exitCode: 125 | 126 | 127; what: string; fix?: string }

/**
 * Why a container did not start, from the engine's answer to `POST /containers/{id}/start`. The texts
 * are those of runc, crun and runsc inside of what Docker 20.10 to 28 puts around them; whatever is
 * not known is passed on as it is, with exit code 125.
 */
export function startErrorOf(id: ContainerId, error: EngineError): Error {
  if (error.status === 404 && /no such container/i.test(error.reason)) {
    return new ContainerUnavailableError(id, 'missing', { cause: error })
  }
  return startErrorFrom(error)
}

/** Why a command of exec did not start, from what the engine says in place of its output. */
export function execErrorOf(reason: string): StartError {
  const { exitCode, what, fix } = knownWords(reason) ?? {
    exitCode: 126,
    what: `the command could not be started: ${innermost(reason)}`,
  }
  return new StartError(what, exitCode, { cause: new Error(reason), ...(fix && { fix }) })
}

function startErrorFrom(error: EngineError): StartError {
  const { exitCode, what, fix } = wordsFor(error.reason)
  return new StartError(what, exitCode, { cause: error, ...(fix && { fix }) })
}

function wordsFor(reason: string): Words {
  const what = `the container could not be started: ${innermost(reason)}`
  return knownWords(reason) ?? { exitCode: 125, what }
}

function knownWords(reason: string): Words | undefined {
  for (const { pattern, words } of known) {
    const match = pattern.exec(reason)
    if (match !== null) return words(match[1] ?? '')
  }
  return undefined
}

/** First match wins. Group 1 is the value to show. */
const known: readonly { pattern: RegExp; words: (value: string) => Words }[] = [
  {
    pattern: /exec: "docker-init": executable file not found|failed to find docker-init/i,
    words: () => ({
      exitCode: 125,
      what: 'the engine has no init program for containers (docker-init)',
      fix: 'install it on the engine: sudo apt-get install docker.io tini, or reinstall docker-ce',
    }),
  },
  {
    // The last two are gVisor's, which starts the commands of exec itself.
    pattern:
      /(?:exec:? "?|error finding executable "|failed to load )([^":]+)"?(?: in PATH [^:]*)?: (?:executable file not found|(?:stat .+: )?no such file or directory)/i,
    words: (command) => ({
      exitCode: 127,
      what: `the command "${command}" was not found in the image`,
      fix: 'check the spelling, or add what provides it to `dependencies` in agent.yaml',
    }),
  },
  {
    pattern:
      /(?:exec:? "?|failed to load )([^":]+)"?: (?:stat .+: )?(?:is a directory|permission denied)/i,
    words: (command) => ({
      exitCode: 126,
      what: `the command "${command}" may not be executed`,
      fix: `make it executable: chmod +x ${shellWord(command)}`,
    }),
  },
  {
    pattern: /exec:? "?([^":]+)"?: exec format error/i,
    words: (command) => ({
      exitCode: 126,
      what: `the command "${command}" is not a program of this machine's kind`,
      fix: 'start the file with #!/bin/sh if it is a script, or use an image of this architecture',
    }),
  },
  {
    pattern: /unable to find (?:user|group) ([^:\s]+)/i,
    words: (user) => ({ exitCode: 125, what: `the image has no user or group "${user}"` }),
  },
  {
    pattern: /(?:unknown or invalid runtime name|unknown runtime specified):? "?([\w.-]+)/i,
    words: (runtime) => ({
      exitCode: 125,
      what:
        runtime === 'runsc'
          ? 'gVisor was available at start, and is not any more: the engine has no runtime "runsc"'
          : `the engine has no runtime "${runtime}" (any more)`,
      fix: 'docker info --format "{{.Runtimes}}" shows those it has',
    }),
  },
  {
    pattern:
      /(?:bind for|listen tcp4?|bind host port for) (\d+\.\d+\.\d+\.\d+:\d+).*(?:allocated|in use)/i,
    words: (address) => ({
      exitCode: 125,
      what: `the port ${address} is taken by another program`,
      fix: 'run it again: the engine chooses another port',
    }),
  },
  {
    // runsc in little memory: the kernel kills it before it can say anything.
    pattern: /did not terminate successfully: (?:exit status 137|signal: killed)/i,
    words: () => ({
      exitCode: 125,
      what: 'the container was killed while it started, as when its memory is not enough',
      fix: 'raise container.memory in agent.yaml, or take it out',
    }),
  },
  {
    pattern: /network (\S+) not found/i,
    words: (network) => ({
      exitCode: 125,
      what: `the engine has no network "${network}" (any more)`,
    }),
  },
  {
    pattern: /error mounting "([^"]+)".*not a directory/i,
    words: (source) => ({
      exitCode: 125,
      what: `the mount of ${source} puts a folder onto a file, or a file onto a folder`,
      fix: 'correct the target of the mount',
    }),
  },
  {
    pattern: /duplicate mount point: (\S+)/i,
    words: (target) => ({ exitCode: 125, what: `two mounts have the target ${target}` }),
  },
  {
    pattern: /(?:working directory '|mkdir:? )([^':\s]+)/i,
    words: (path) => ({ exitCode: 125, what: `the working directory ${path} cannot be made` }),
  },
]

/** The last part of a chain of `a: b: c: unknown`, which is what it is about. */
function innermost(reason: string): string {
  const text = reason.replace(/: unknown$/, '').replace(/\s+/g, ' ')
  const parts = text.split(': ')
  return parts.slice(-2).join(': ').slice(0, 300)
}
