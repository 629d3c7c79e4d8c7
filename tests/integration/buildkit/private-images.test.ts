import { expect } from 'bun:test'

import { buildkitHost } from '../../../src/buildkit/buildkit-host.ts'
import { BuildFailedError } from '../../../src/runtime/build-failed-error.ts'
import type { BuildCache } from '../../../src/runtime/image-builder.ts'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { PrivateRegistry, registryObstacle, registryUser } from '../../support/private-registry.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { BuildBed, type BuildBedOptions } from './build-bed.ts'
import { builderTests, type Builder } from './builders.ts'
import { Buildkitd, buildkitdObstacle } from './buildkitd.ts'

const obstacle = registryObstacle()
const onBuilders = builderTests()

/** Needs a registry of its own beside the engine. */
function registryTest(
  name: string,
  run: (builder: Builder, registry: PrivateRegistry) => Promise<void>,
): void {
  if (obstacle !== undefined && process.env['AGENT_TEST_DOCKER_HOST'] !== undefined)
    return skippedTest(name, obstacle)
  onBuilders(name, async (builder) => {
    await using registry = await PrivateRegistry.start()
    await run(builder, registry)
  })
}

/** Knows one registry's login, or says one that is wrong. */
function login({ host }: PrivateRegistry, password: string = registryUser.password) {
  return {
    findCredentials: async (asked: string) =>
      asked === host ? { username: registryUser.username, secret: password } : undefined,
  } satisfies BuildBedOptions
}

registryTest('a private base image is pulled with the login', async (builder, registry) => {
  const image = await registry.publish('busybox', 'team/base:1')
  await using bed = await builder.open(login(registry))
  const built = await bed.build(`FROM ${image}\nRUN echo from ${image}\n`, { noCache: true })
  expect(built.output()).toBe(`from ${image}\n`)
})

registryTest(
  'a login that is refused, and one that is missing, name the image and the remedy',
  async (builder, registry) => {
    const image = await registry.publish('busybox', 'team/base:1')
    for (const options of [login(registry, 'wrong'), {}]) {
      await using bed = await builder.open(options)
      const error = await rejectionOf(bed.build(`FROM ${image}\nRUN true\n`))
      expect(error).toBeInstanceOf(BuildFailedError)
      expect(error).toMatchObject({
        image,
        message: `the registry ${registry.host} refused to give out the image ${image}`,
        fixes: [`docker login ${registry.host}`],
      })
    }
  },
)

registryTest('an image that is not there is told from a refusal', async (builder, registry) => {
  await using bed = await builder.open(login(registry))
  const image = `${registry.host}/team/none:7`
  const error = await rejectionOf(bed.build(`FROM busybox\nCOPY --from=${image} / /x\n`))
  expect(error).toMatchObject({
    image,
    message: `there is no image ${image} at ${registry.host}`,
    fixes: ['check the name and the tag'],
  })
})

/** Needs a standalone BuildKit as well. */
function standaloneTest(
  name: string,
  run: (buildkitd: Buildkitd, registry: PrivateRegistry) => Promise<void>,
): void {
  const missing = buildkitdObstacle() ?? obstacle
  if (missing !== undefined) return skippedTest(name, missing)
  engineTest(name, async () => {
    await using registry = await PrivateRegistry.start()
    await using buildkitd = await Buildkitd.start()
    await run(buildkitd, registry)
  })
}

/** Builds a step whose command is `id`, and says whether it came from a cache. */
async function isCached(bed: BuildBed, id: string, caches: object = {}): Promise<boolean> {
  const built = await bed.build(`FROM busybox\nRUN echo ${id}\n`, caches)
  return built.steps().some(({ name, isCached: cached }) => name.includes(id) && cached)
}

standaloneTest(
  'a step is in the cache that another BuildKit left in a registry',
  async (first, registry) => {
    await using second = await Buildkitd.start()
    const id = crypto.randomUUID()
    const cache: BuildCache = {
      type: 'registry',
      attributes: { ref: `${registry.host}/team/cache:1`, mode: 'max' },
    }
    const options = login(registry)
    await using writer = BuildBed.elsewhere(buildkitHost(first.unixAddress), options)
    expect(await isCached(writer, id, { cacheTo: [cache] })).toBe(false)
    expect(await registry.digestOf('team/cache', '1')).toStartWith('sha256:')
    await using reader = BuildBed.elsewhere(buildkitHost(second.unixAddress), options)
    expect(await isCached(reader, id, { cacheFrom: [cache] })).toBe(true)
  },
)
