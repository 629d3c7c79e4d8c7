import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { buildkitFolder } from '../../engine/buildkit-programs.ts'
import { registryPort } from '../../engine/docker-engine.ts'
import { testEngine } from '../../engine/test-engine.ts'
import { freePort } from '../../support/free-port.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** Why no buildkitd can be started here; undefined when it can. */
export function buildkitdObstacle(): string | undefined {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined)
    return 'AGENT_TEST_DOCKER_HOST is not set'
  if (!existsSync(join(buildkitFolder(process.env), 'buildkitd')))
    return 'no buildkitd in the cache folder: npx bun scripts/build-buildkitd.ts builds it, with Go'
  if (process.getuid?.() !== 0) return 'buildkitd needs root'
  return undefined
}

/** A buildkitd of this test's own, on a Unix socket and on TCP with TLS. */
export class Buildkitd implements AsyncDisposable {
  readonly folder: string
  readonly #temporary: Disposable & { path: string }
  readonly #child: Bun.Subprocess
  /** Of TCP, on 127.0.0.1. */
  readonly port: number

  private constructor(temporary: Disposable & { path: string }, port: number) {
    this.#temporary = temporary
    this.folder = temporary.path
    this.port = port
    const file = (name: string): string => join(this.folder, name)
    const program = join(buildkitFolder(process.env), 'buildkitd')
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
      [
        program,
        '--root',
        file('root'),
        '--config',
        file('buildkitd.toml'),
        ...listeners,
        ...tls,
        ...worker,
      ],
      {
        // The engine of the tests brings its runc.
        env: { PATH: `${dirname(testEngine().dockerCli)}:${process.env['PATH']}` },
        stdio: ['ignore', log, log],
      },
    )
  }

  static async start(): Promise<Buildkitd> {
    const port = await freePort()
    const temporary = temporaryFolder()
    await makeCertificate(temporary.path)
    writeFileSync(join(temporary.path, 'buildkitd.toml'), await registries())
    mkdirSync(join(temporary.path, 'root'))
    const buildkitd = new Buildkitd(temporary, port)
    const limit = AbortSignal.timeout(20_000)
    while (!buildkitd.log().includes(`running server on 127.0.0.1:${port}`)) {
      if (limit.aborted || buildkitd.#child.exitCode !== null) {
        const log = buildkitd.log()
        await buildkitd[Symbol.asyncDispose]()
        throw new Error(log)
      }
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
    return `tcp://localhost:${this.port}`
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

/** The base images come from the mirror beside the test engine, where there is one. */
async function registries(): Promise<string> {
  const mirror = `127.0.0.1:${registryPort}`
  const hasMirror = await fetch(`http://${mirror}/v2/`).then(
    ({ ok }) => ok,
    () => false,
  )
  if (!hasMirror) return ''
  return `[registry."docker.io"]\n  mirrors = ["${mirror}"]\n[registry."${mirror}"]\n  http = true\n`
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
