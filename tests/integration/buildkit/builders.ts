import { afterAll, test } from 'bun:test'

import { buildkitHost } from '../../../src/buildkit/buildkit-host.ts'
import type { BuildkitAddress } from '../../../src/buildkit/connect-buildkit.ts'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { BuildBed, docker, type BuildBedOptions } from './build-bed.ts'
import { Buildkitd, buildkitdObstacle } from './buildkitd.ts'

/** A BuildKit that the suite is run on. */
export type Builder = {
  readonly name: string
  open(options?: BuildBedOptions): Promise<BuildBed>
  /** What a failure of it says of its place: nothing before BuildKit 0.9 (API 1.42). */
  place(startLine: number): Promise<{ position?: { startLine: number } }>
}

/** One buildkitd for all tests of a file, started by the first that needs it. */
class SharedBuildkitd {
  #started: Promise<Buildkitd> | undefined

  async bed(
    addressOf: (buildkitd: Buildkitd) => BuildkitAddress,
    options: BuildBedOptions | undefined,
  ): Promise<BuildBed> {
    this.#started ??= Buildkitd.start()
    return BuildBed.elsewhere(addressOf(await this.#started), options)
  }

  async stop(): Promise<void> {
    await (await this.#started)?.[Symbol.asyncDispose]()
  }
}

const embedded: Builder = {
  name: "the engine's BuildKit",
  open: (options) => BuildBed.open(options),
  place: async (startLine) => {
    const version = await docker(['version', '--format', '{{.Server.APIVersion}}'])
    return Number(version.split('.')[1]) < 42 ? {} : { position: { startLine } }
  },
}

/** Registers tests once for each BuildKit: the engine's own, and a buildkitd over a Unix socket and over TCP with TLS. */
export function builderTests(): (
  name: string,
  run: (builder: Builder) => Promise<void>,
  timeoutMs?: number,
) => void {
  const shared = new SharedBuildkitd()
  afterAll(() => shared.stop())
  const standalone: readonly Builder[] = [
    {
      name: 'buildkitd on a Unix socket',
      open: (options) => shared.bed(({ unixAddress }) => buildkitHost(unixAddress), options),
      place: async (startLine) => ({ position: { startLine } }),
    },
    {
      name: 'buildkitd over TCP with TLS',
      open: (options) =>
        shared.bed(({ tcpAddress, folder }) => buildkitHost(tcpAddress, folder), options),
      place: async (startLine) => ({ position: { startLine } }),
    },
  ]
  const obstacle = buildkitdObstacle()
  return (name, run, timeoutMs = 60_000) => {
    engineTest(`${embedded.name}: ${name}`, () => run(embedded), timeoutMs)
    for (const builder of standalone)
      if (obstacle === undefined) test(`${builder.name}: ${name}`, () => run(builder), timeoutMs)
      else skippedTest(`${builder.name}: ${name}`, obstacle)
  }
}
