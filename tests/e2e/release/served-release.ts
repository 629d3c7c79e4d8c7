import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ReleaseFile,
  type ReleaseManifest,
  releaseManifest,
} from '../../../scripts/release/release-manifest.ts'
import { run } from '../../engine/run-command.ts'

const projectDir = join(import.meta.dirname, '../../..')

/** Not the version of the project, so that it can't be taken for a build of the sources. */
export const releasedVersion = '99.0.0'

/** A release of these sources, made as a release is made, served on loopback. */
export class ServedRelease implements AsyncDisposable {
  readonly folder: string
  readonly url: string
  readonly manifest: ReleaseManifest
  /** Files that are answered with other bytes than were released. */
  readonly spoilt = new Set<string>()
  readonly #held = new Map<string, () => void>()
  readonly #server: Bun.Server<undefined>

  private constructor(
    folder: string,
    manifest: ReleaseManifest,
    serve: (answers: Answers) => Bun.Server<undefined>,
  ) {
    this.folder = folder
    this.manifest = manifest
    this.#server = serve({ spoilt: this.spoilt, held: this.#held })
    this.url = this.#server.url.origin
  }

  static async open(): Promise<ServedRelease> {
    const folder = await mkdtemp(join(tmpdir(), 'agent-release-'))
    const port = freePort()
    const command = [process.execPath, join(projectDir, 'scripts/release.ts'), releasedVersion]
    const options = ['--keep-sources', '--out', folder, '--base-url', `http://127.0.0.1:${port}`]
    await run([...command, ...options], { limitMs: 300_000 })
    const text = await readFile(join(folder, 'manifest.json'), 'utf8')
    const manifest = releaseManifest.parse(JSON.parse(text))
    return new ServedRelease(folder, manifest, (answers) => serveFolder(folder, port, answers))
  }

  /** The archive for a system. */
  file(os: ReleaseFile['os'], cpu: ReleaseFile['cpu']): ReleaseFile {
    const found = this.manifest.files.find((file) => file.os === os && file.cpu === cpu)
    if (found === undefined) throw new Error(`no archive for ${os} on ${cpu}`)
    return found
  }

  /** Has a file's download begin and not end; `begun` resolves at the first one. */
  hold(name: string): Disposable & { begun: Promise<void> } {
    const { promise: begun, resolve } = Promise.withResolvers<void>()
    this.#held.set(name, resolve)
    return { begun, [Symbol.dispose]: () => void this.#held.delete(name) }
  }

  /** Unpacks an archive; the path of the binary in it. */
  async unpack(file: ReleaseFile): Promise<string> {
    await run(['tar', '-xzf', join(this.folder, file.name), '-C', this.folder])
    return join(this.folder, file.name.replace('.tar.gz', ''), 'agent')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true)
    await rm(this.folder, { recursive: true, force: true })
  }
}

type Answers = {
  spoilt: ReadonlySet<string>
  /** Called when the download of the file has begun. */
  held: ReadonlyMap<string, () => void>
}

function serveFolder(
  folder: string,
  port: number,
  { spoilt, held }: Answers,
): Bun.Server<undefined> {
  return Bun.serve({
    hostname: '127.0.0.1',
    port,
    fetch: async (request) => {
      const name = new URL(request.url).pathname.slice(1)
      const file = Bun.file(join(folder, name))
      if (!/^[\w.-]+$/.test(name) || !(await file.exists()))
        return new Response('none', { status: 404 })
      const onBegin = held.get(name)
      if (onBegin !== undefined) return new Response(withoutEnd(onBegin))
      return new Response(spoilt.has(name) ? 'other bytes' : file)
    },
  })
}

function withoutEnd(onBegin: () => void): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new Uint8Array(1024))
      onBegin()
    },
  })
}

function freePort(): number {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() })
  const { port } = server
  void server.stop(true)
  if (port === undefined) throw new Error('no free port')
  return port
}
