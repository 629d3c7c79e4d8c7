import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ContainerError } from './container-error.ts'

/** Options of a command line. */
export type Values = Readonly<Record<string, unknown>>

const labelsSchema = z.record(z.string(), z.string())

/** The images of one stand-in of `container`: busybox, and what was built. */
export class FakeImages {
  readonly #root: string
  readonly #isObject: boolean

  /** @param version decides on the shape of the JSON */
  constructor(root: string, version: string) {
    this.#root = root
    this.#isObject = !version.startsWith('0.')
    mkdirSync(join(root, 'images'), { recursive: true })
  }

  list(): object[] {
    return this.#imageNames().map((name) => {
      const descriptor = { digest: digestOf(name), mediaType: 'index', size: 1 }
      if (!this.#isObject) return { reference: name, fullSize: '4 MB', descriptor }
      return { id: digestOf(name), configuration: { name, descriptor }, variants: [] }
    })
  }

  image(name: string): object {
    const image = `docker.io/library/${name}`
    const found = [name, image].find((it) => this.#imageNames().includes(it))
    if (found === undefined) throw new ContainerError('notFound', `image not found: ${name}`)
    const path = join(this.#root, 'images', encodeURIComponent(found))
    const labels = existsSync(path)
      ? labelsSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
      : {}
    const config = { created: '2026-01-01T00:00:00Z', config: { Cmd: ['sh'], Labels: labels } }
    const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : 'arm64' }
    const variants = [{ platform, size: 4_000_000, config, digest: digestOf(found) }]
    const descriptor = { digest: digestOf(found), mediaType: 'index', size: 1 }
    if (!this.#isObject) return { name: found, index: descriptor, variants }
    return { id: digestOf(found), configuration: { name: found, descriptor }, variants }
  }

  add(name: string, labels: unknown): void {
    const path = join(this.#root, 'images', encodeURIComponent(name))
    writeFileSync(path, JSON.stringify(entries(labels)))
  }

  delete(name: string): string {
    this.image(name)
    rmSync(join(this.#root, 'images', encodeURIComponent(name)), { force: true })
    return name
  }

  /** Keeps what was asked for in `build.json`; returns the command of the last `RUN`. */
  build(asked: { values: Values; context: string }): string {
    const dockerfile = readFileSync(String(asked.values['file']), 'utf8')
    writeFileSync(join(this.#root, 'build.json'), JSON.stringify({ ...asked, dockerfile }))
    return /^RUN (.*)$/m.exec(dockerfile)?.[1] ?? 'true'
  }

  #imageNames(): string[] {
    const built = readdirSync(join(this.#root, 'images')).map(decodeURIComponent)
    return ['docker.io/library/busybox:latest', ...built]
  }
}

export function text(value: unknown): string | undefined {
  return z.string().optional().parse(value)
}

export function list(value: unknown): string[] {
  return z.array(z.string()).default([]).parse(value)
}

export function entries(value: unknown): Record<string, string> {
  return Object.fromEntries(
    list(value).map((entry) => {
      const at = entry.indexOf('=')
      return [entry.slice(0, at), entry.slice(at + 1)]
    }),
  )
}

export function digestOf(name: string): string {
  return `sha256:${new Bun.CryptoHasher('sha256').update(name).digest('hex')}`
}
