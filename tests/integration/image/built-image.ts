import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recipeOf } from '../../../src/image/image-recipe.ts'
import { testEngine, testLabels } from '../../engine/test-engine.ts'
import { planOf } from '../../unit/image/plans.ts'
import { docker } from '../../e2e/support/agent-home.ts'

export type Builder = 'classic' | 'BuildKit'

type Options = { builder: Builder; user: { uid: number; gid: number } }

/** The image of some dependencies, built by the engine under a name of its own. Disposing removes it. */
export class BuiltImage implements AsyncDisposable {
  readonly reference: string

  private constructor(reference: string) {
    this.reference = reference
  }

  static async of(dependencies: readonly string[], options: Options): Promise<BuiltImage> {
    const { builder, user } = options
    const recipe = recipeOf(planOf(...dependencies), {
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      user,
      cacheMounts: builder === 'BuildKit',
    })
    const image = new BuiltImage(`${recipe.tag.replace('/run', '/test')}-${crypto.randomUUID()}`)
    const folder = mkdtempSync(join(tmpdir(), 'agent-image-'))
    try {
      writeFileSync(join(folder, 'Dockerfile'), recipe.dockerfile)
      await (builder === 'classic' ? buildClassic : buildByBuildKit)(
        image.reference,
        folder,
        recipe,
      )
      return image
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  /** What a shell in a container of it prints. */
  async shell(script: string): Promise<string> {
    const labels = Object.entries(testLabels()).map(([key, value]) => `--label=${key}=${value}`)
    return docker(['run', '--rm', ...labels, this.reference, 'sh', '-c', script])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker(['rmi', this.reference])
  }
}

type Build = { buildArgs: Readonly<Record<string, string>> }

async function buildClassic(reference: string, folder: string, { buildArgs }: Build) {
  const words = [
    ...Object.entries(buildArgs).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...Object.entries(testLabels()).map(([key, value]) => `--label=${key}=${value}`),
  ]
  await docker(['build', '-q', '-t', reference, ...words, folder], { DOCKER_BUILDKIT: '0' })
}

/** The engine's own BuildKit needs no client of its own when the context is a tar: POST /build?version=2. */
async function buildByBuildKit(reference: string, folder: string, { buildArgs }: Build) {
  const query = new URLSearchParams({
    version: '2',
    t: reference,
    buildargs: JSON.stringify(buildArgs),
    labels: JSON.stringify(testLabels()),
  })
  const tar = Bun.spawn(['tar', '-C', folder, '-c', '.'])
  const response = await fetch(`http://engine/v1.41/build?${query.toString()}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-tar' },
    body: await new Response(tar.stdout).bytes(),
    unix: testEngine().dockerHost.replace('unix://', ''),
  })
  const answer = await response.text()
  if (response.status !== 200 || answer.includes('"errorDetail"'))
    throw new Error(`the build failed: ${answer.slice(-2000)}`)
}
