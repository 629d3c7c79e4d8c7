import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../lib/errors.ts'
import type { Clock } from '../platform/clock.ts'
import { BuildFailedError } from '../runtime/build-failed-error.ts'
import type {
  BuildProgress,
  BuildRequest,
  BuiltImage,
  ImageBuilder,
} from '../runtime/image-builder.ts'
import { type AppleCommand, complaintOf } from './apple-command.ts'
import { PlainProgress } from './plain-progress.ts'

/** A build ends by its signal; this is for one that nobody waits for any more. */
const BUILD_LIMIT_MS = 6 * 60 * 60 * 1000
/** https://github.com/apple/container/issues/735 */
const DOCKERFILE_MAX_BYTES = 16 * 1024

/** `container build`: a BuildKit in a virtual machine of its own, which builds into the program's own store. */
export class AppleBuilder implements ImageBuilder {
  readonly #command: AppleCommand
  readonly #clock: Clock

  constructor(command: AppleCommand, clock: Clock) {
    this.#command = command
    this.#clock = clock
  }

  async build(
    request: BuildRequest,
    { onProgress, signal }: { onProgress: (progress: BuildProgress) => void; signal: AbortSignal },
  ): Promise<BuiltImage> {
    signal.throwIfAborted()
    refuseImpossible(request)
    const folder = mkdtempSync(join(tmpdir(), 'agent-build-'))
    using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
    const progress = new PlainProgress(onProgress, () => this.#clock.now())
    const answer = await this.#command.run(buildArguments(request, folder), {
      signal,
      limitMs: BUILD_LIMIT_MS,
      onOutput: (_stream, bytes) => progress.push(bytes),
    })
    if (answer.exitCode === 0) return {}
    const reason = complaintOf(answer).split('\n').at(-1) ?? ''
    throw new BuildFailedError(request.dockerfileName ?? 'Dockerfile', {
      ...progress.failure,
      reason: reason.replace(/^(?:Error: )?\w+: "(.*)"$/, '$1'),
    })
  }
}

function refuseImpossible({ dockerfile, output, cacheFrom, cacheTo }: BuildRequest): void {
  const size = Buffer.byteLength(dockerfile)
  const [, what] =
    [
      [output.exporter !== 'moby' || output.tag === undefined, 'only builds into its own store'],
      [(cacheFrom ?? cacheTo) !== undefined, 'has no layer caches elsewhere'],
      [size >= DOCKERFILE_MAX_BYTES, `takes no Dockerfile of ${size} bytes, only less than 16 KiB`],
    ].find(([isAsked]) => isAsked === true) ?? []
  if (what === undefined) return
  throw new UserError(`the builder of Apple's container ${String(what)}`, {
    fix: 'set BUILDKIT_HOST to a BuildKit',
    exitCode: 125,
  })
}

/** Writes what has to be a file into this folder, and returns the arguments that name it. */
function buildArguments(request: BuildRequest, folder: string): string[] {
  const dockerfile = join(folder, 'Dockerfile')
  writeFileSync(dockerfile, request.dockerfile, { mode: 0o600 })
  if (request.dockerignore !== undefined)
    writeFileSync(`${dockerfile}.dockerignore`, request.dockerignore, { mode: 0o600 })
  const nothing = join(folder, 'context')
  mkdirSync(nothing)
  const secrets = Object.entries(request.secrets ?? {}).map(([id, value], index) => {
    const path = join(folder, `secret-${index}`)
    writeFileSync(path, value, { mode: 0o600 })
    return `id=${id},src=${path}`
  })
  const { buildArgs, labels, target, platform, noCache, output, nameServers } = request
  return [
    'build',
    ...option('--file', [dockerfile]),
    ...option('--progress', ['plain']),
    ...option('--tag', 'tag' in output && output.tag !== undefined ? [output.tag] : []),
    ...option('--build-arg', pairs(buildArgs)),
    ...option('--label', pairs(labels)),
    ...option('--target', target === undefined ? [] : [target]),
    ...option('--platform', platform === undefined ? [] : [platform]),
    ...option('--secret', secrets),
    // The loopback of the builder's virtual machine is not this machine's.
    ...option(
      '--dns',
      (nameServers ?? []).filter((address) => address !== '127.0.0.1'),
    ),
    ...(noCache === true ? ['--no-cache'] : []),
    request.contextDir ?? nothing,
  ]
}

function option(name: string, values: readonly string[]): string[] {
  return values.flatMap((value) => [name, value])
}

function pairs(record: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(record).map(([name, value]) => `${name}=${value}`)
}
