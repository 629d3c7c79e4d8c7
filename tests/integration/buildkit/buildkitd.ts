import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { cacheFolder } from '../../engine/engine-paths.ts'
import { testEngine } from '../../engine/test-engine.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

export const buildkitVersion = 'v0.34.2'

/** Where scripts/build-buildkitd.ts puts it. */
export function buildkitdFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(cacheFolder(env), `buildkit-${buildkitVersion}`)
}

/** Why no buildkitd can be started here; undefined when it can. */
export function buildkitdObstacle(): string | undefined {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined)
    return 'AGENT_TEST_DOCKER_HOST is not set'
  if (!existsSync(join(buildkitdFolder(process.env), 'buildkitd')))
    return 'no buildkitd: bun scripts/build-buildkitd.ts'
  if (process.getuid?.() !== 0) return 'buildkitd needs root'
  return undefined
}

/** A buildkitd of this test's own, on a Unix socket and on TCP with TLS. */
export class Buildkitd implements AsyncDisposable {
  readonly folder: string
  readonly #temporary: Disposable & { path: string }
  readonly #child: Bun.Subprocess
  #port = 0

  private constructor(temporary: Disposable & { path: string }, port: number) {
    this.#temporary = temporary
    this.folder = temporary.path
    this.#port = port
    const file = (name: string): string => join(this.folder, name)
    const program = join(buildkitdFolder(process.env), 'buildkitd')
    const tls = [
      '--tlscert',
      file('cert.pem'),
      '--tlskey',
      file('key.pem'),
      '--tlscacert',
      file('ca.pem'),
    ]
    const listeners = ['--addr', `unix://${file('socket')}`, '--addr', `tcp://127.0.0.1:${port}`]
    const worker = ['--oci-worker-net=host', '--oci-worker-snapshotter=native']
    const log = openSync(file('log'), 'a')
    this.#child = Bun.spawn(
      [program, '--root', file('root'), '--config', '/dev/null', ...listeners, ...tls, ...worker],
      {
        // The engine of the tests brings its runc.
        env: { PATH: `${dirname(testEngine().dockerCli)}:${process.env['PATH']}` },
        stdio: ['ignore', log, log],
      },
    )
  }

  static async start(port: number): Promise<Buildkitd> {
    const temporary = temporaryFolder()
    await makeCertificate(temporary.path)
    mkdirSync(join(temporary.path, 'root'))
    const buildkitd = new Buildkitd(temporary, port)
    const limit = AbortSignal.timeout(20_000)
    while (!buildkitd.log().includes(`running server on 127.0.0.1:${port}`)) {
      if (limit.aborted || buildkitd.#child.exitCode !== null) throw new Error(buildkitd.log())
      await Bun.sleep(20)
    }
    return buildkitd
  }

  log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8')
  }

  get unixAddress(): string {
    return `unix://${join(this.folder, 'socket')}`
  }

  /** Its certificate, and that of its clients, are in `folder`. */
  get tcpAddress(): string {
    return `tcp://localhost:${this.#port}`
  }

  get pid(): number {
    return this.#child.pid
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM')
    const isGone = await Promise.race([this.#child.exited.then(() => true), Bun.sleep(10_000)])
    if (isGone !== true) this.#child.kill('SIGKILL')
    await this.#child.exited
    this.#temporary[Symbol.dispose]()
  }
}

/** One certificate for the server, its clients, and the authority of both. */
async function makeCertificate(folder: string): Promise<void> {
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    'key.pem',
  ]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const child = Bun.spawn(
    ['openssl', 'req', '-x509', ...key, '-out', 'cert.pem', '-days', '2', ...names],
    { cwd: folder, stderr: 'ignore' },
  )
  if ((await child.exited) !== 0) throw new Error('openssl made no certificate')
  await Bun.write(join(folder, 'ca.pem'), Bun.file(join(folder, 'cert.pem')))
}
