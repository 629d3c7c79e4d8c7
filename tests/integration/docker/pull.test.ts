import { expect } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { connectDocker } from '../../../src/docker/connect-docker.ts'
import type { DockerImages } from '../../../src/docker/images.ts'
import { UserError } from '../../../src/lib/errors.ts'
import { engineTest, testEngine } from '../../engine/test-engine.ts'
import { RegistryStandIn } from '../../support/registry-stand-in.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

type Images = DockerImages & AsyncDisposable & { config: string }

async function imagesFor(config: object): Promise<Images> {
  const home = await mkdtemp(join(tmpdir(), 'home-'))
  await writeFile(join(home, 'config.json'), JSON.stringify(config))
  const env = { DOCKER_CONFIG: home, PATH: process.env['PATH'] }
  const runtime = await connectDocker({ endpoint: testEngine().dockerHost, env, home })
  return Object.assign(runtime.images, {
    config: join(home, 'config.json'),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true }),
  })
}

function login(host: string, text: string): object {
  return { auths: { [host]: { auth: Buffer.from(text).toString('base64') } } }
}

async function pullFailure(images: DockerImages, reference: string): Promise<string[]> {
  const error = await rejectionOf(images.pull(reference, () => undefined))
  if (!(error instanceof UserError)) throw new Error('not for users', { cause: error })
  return [error.message, ...error.fixes]
}

engineTest(
  'a refused login, none, and a missing image are told apart, each with its remedy',
  async () => {
    await using registry = await RegistryStandIn.start('me:secret')
    const { host } = registry
    const reference = `${host}/team/image:1`
    await using without = await imagesFor({})
    expect(await pullFailure(without, reference)).toEqual([
      `the registry ${host} refused to give out the image ${reference}, and ${without.config} has no login for it`,
      `docker login ${host}`,
    ])
    await using wrong = await imagesFor(login(host, 'me:wrong'))
    expect(await pullFailure(wrong, reference)).toEqual([
      `the registry ${host} refused the login in ${wrong.config} for the image ${reference}`,
      `docker login ${host}`,
    ])
    expect(registry.loggedIn).toBe(0)
    await using right = await imagesFor(login(host, 'me:secret'))
    expect((await pullFailure(right, reference))[0]).toBe(
      `there is no image ${reference} at ${host}`,
    )
    expect(registry.loggedIn).toBeGreaterThan(0)
  },
)

engineTest('a registry that is not there, or whose name nobody knows, is unreachable', async () => {
  await using images = await imagesFor({})
  for (const registry of ['127.0.0.1:1', 'registry.invalid']) {
    const [what] = await pullFailure(images, `${registry}/x:1`)
    expect(what).toBe(
      `the engine cannot reach the registry ${registry} for the image ${registry}/x:1`,
    )
  }
})

engineTest('a reference that is none is shown', async () => {
  await using images = await imagesFor({})
  expect((await pullFailure(images, 'Not/An:Image!'))[0]).toContain('"Not/An:Image!"')
})

engineTest('a pull is given up when the signal fires', async () => {
  await using registry = await RegistryStandIn.start('me:secret')
  await using images = await imagesFor(login(registry.host, 'me:secret'))
  const controller = new AbortController()
  const reason = new Error('the user pressed Ctrl-C')
  const pull = rejectionOf(
    images.pull(`${registry.host}/hangs/x:1`, () => undefined, controller.signal),
  )
  setTimeout(() => controller.abort(reason), 200)
  expect(await pull).toBe(reason)
})

engineTest('a pull from a mirror reports its progress and leaves the image', async () => {
  await using images = await imagesFor({})
  const seen: string[] = []
  await images.pull('busybox', ({ id, status }) => seen.push(`${id}: ${status}`))
  expect(seen[0]).toBe('latest: Pulling from library/busybox')
  expect(seen.at(-1)).toContain('busybox:latest')
  expect((await images.inspect('busybox'))?.digests[0]).toStartWith('busybox@sha256:')
})
