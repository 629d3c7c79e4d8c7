import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineTools } from './engine-tools.ts'
import { buildkitImage } from './images/buildkit-image.ts'
import { busyboxImage } from './images/busybox-image.ts'
import { copiedPythonImage } from './images/copied-python-image.ts'
import { debianImage } from './images/debian-image.ts'
import { dockerImage } from './images/docker-image.ts'
import { nodeImage } from './images/node-image.ts'
import { pythonImage } from './images/python-image.ts'
import { systemdImage } from './images/systemd-image.ts'
import type { PackageSet } from './private-packages.ts'
import { run, type RunOptions } from './run-command.ts'

/** What a stand-in is built with. */
type ImageBuild = {
  /** An empty folder that is removed afterwards. */
  readonly folder: string
  /** Programs of this machine's generation. */
  readonly tools: EngineTools
  /** Unpacks Debian packages and returns the folder they are in. */
  readonly unpack: (set: PackageSet) => Promise<string>
  /** Certificates this machine trusts beside the usual ones, so that containers reach what it reaches. */
  readonly extraCertificates: readonly string[]
  /** Environment with the tools in PATH and DOCKER_HOST. */
  readonly options: RunOptions
}

/** A stand-in for an image of Docker Hub, built from packages: same name, same commands, not the same bytes. */
export type BaseImage = {
  /** All tags that it answers to in the mirror; `build` makes the first. */
  readonly references: readonly [string, ...string[]]
  /** The image it is built on, which is made before. */
  readonly base?: string
  /** Changes when the image would be built differently. */
  readonly recipe: string
  /** Whether it can be made on this machine; absent: always. */
  isPossible?(env: Readonly<Record<string, string | undefined>>): Promise<boolean>
  build(build: ImageBuild): Promise<void>
}

/**
 * In the order they are built, since later ones stand on earlier ones. A change that needs golang or
 * docker/dockerfile adds its file in images/ and its line here.
 */
const baseImages: readonly BaseImage[] = [
  busyboxImage,
  debianImage,
  nodeImage,
  pythonImage,
  copiedPythonImage,
  dockerImage,
  buildkitImage,
  systemdImage,
]

/** What the cached registry holds: reference → identity of the recipe it was built by. */
type Stock = Readonly<Record<string, string>>

export type ImageSupply = {
  readonly cacheDir: string
  readonly extraCertificates: readonly string[]
}

/** The images that the cached registry lacks or has by another recipe. */
export async function missingImages(supply: ImageSupply): Promise<readonly BaseImage[]> {
  const stock = await readStock(supply.cacheDir)
  const missing: BaseImage[] = []
  for (const image of await possibleImages()) {
    const identity = recipeIdentity(image, supply.extraCertificates)
    const isStocked = image.references.every((reference) => stock[reference] === identity)
    // Built on one that is made anew, it would keep the old layers.
    const isOutdated = missing.some(({ references }) => references.some((it) => it === image.base))
    if (!isStocked || isOutdated) missing.push(image)
  }
  return missing
}

async function possibleImages(): Promise<readonly BaseImage[]> {
  const possible = await Promise.all(
    baseImages.map(async (image) => (await image.isPossible?.(process.env)) ?? true),
  )
  return baseImages.filter((_, index) => possible[index])
}

/** Notes that an image is in the cached registry. */
export async function recordImage(supply: ImageSupply, image: BaseImage): Promise<void> {
  const identity = recipeIdentity(image, supply.extraCertificates)
  const added = Object.fromEntries(image.references.map((reference) => [reference, identity]))
  const file = stockFile(supply.cacheDir)
  await writeFile(
    `${file}.new`,
    JSON.stringify({ ...(await readStock(supply.cacheDir)), ...added }),
  )
  await rename(`${file}.new`, file)
}

/** The folder with the content of the cached registry. */
export function cachedRegistry(cacheDir: string): string {
  return join(cacheDir, 'registry')
}

/** The machine's own extra certificates: those an administrator put where update-ca-certificates(8) looks. */
export async function extraCertificates(): Promise<readonly string[]> {
  const folder = '/usr/local/share/ca-certificates'
  const names = existsSync(folder) ? await readdir(folder) : []
  return names
    .filter((name) => name.endsWith('.crt'))
    .sort()
    .map((name) => join(folder, name))
}

/** Pulls every reference through the engine's mirror, so that tests find the images local and with their digest. */
export async function pullBaseImages(options: RunOptions): Promise<void> {
  const references = (await possibleImages()).map((image) => image.references)
  const pull = { ...options, limitMs: 120_000 }
  await Promise.all(references.map(([first]) => run(['docker', 'pull', '-q', first], pull)))
  // Their layers are there now: this asks the mirror for a manifest each.
  const others = references.flatMap(([, ...rest]) => rest)
  await Promise.all(others.map((reference) => run(['docker', 'pull', '-q', reference], pull)))
}

function recipeIdentity(image: BaseImage, certificates: readonly string[]): string {
  const hash = createHash('sha256').update(image.recipe)
  for (const file of certificates) hash.update(file)
  return hash.digest('hex').slice(0, 16)
}

function stockFile(cacheDir: string): string {
  return join(cacheDir, 'registry-stock.json')
}

async function readStock(cacheDir: string): Promise<Stock> {
  const text = await readFile(stockFile(cacheDir), 'utf8').catch(() => '{}')
  const stock: unknown = JSON.parse(text)
  if (typeof stock !== 'object' || stock === null) return {}
  return Object.fromEntries(
    Object.entries(stock).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
}
