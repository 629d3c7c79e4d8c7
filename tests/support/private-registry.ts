import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { testEngine } from '../engine/test-engine.ts'
import { finished } from './finished.ts'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Who may read and write in a private registry of the tests. */
export const registryUser = { username: 'someone', password: 'secret:word' } as const

/** Why no private registry can be started here; undefined when it can. */
export function registryObstacle(): string | undefined {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined)
    return 'AGENT_TEST_DOCKER_HOST is not set'
  return existsSync(registryProgram()) ? undefined : `no docker-registry beside the docker client`
}

function registryProgram(): string {
  return join(dirname(testEngine().dockerCli), 'docker-registry')
}

/** Debian's docker-registry with one user, on 127.0.0.1, where engines talk plain HTTP. */
export class PrivateRegistry implements AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string
  readonly #temporary: Disposable & { path: string }
  readonly #child: Bun.Subprocess
  readonly #images: string[] = []

  private constructor(temporary: Disposable & { path: string }, port: number) {
    this.#temporary = temporary
    this.host = `127.0.0.1:${port}`
    const log = openSync(join(temporary.path, 'log'), 'a')
    this.#child = Bun.spawn([registryProgram(), 'serve', join(temporary.path, 'config.json')], {
      stdio: ['ignore', log, log],
    })
  }

  static async start(): Promise<PrivateRegistry> {
    const temporary = temporaryFolder()
    const file = (name: string): string => join(temporary.path, name)
    const port = await freePort()
    const { username, password } = registryUser
    const hash = await Bun.password.hash(password, { algorithm: 'bcrypt', cost: 4 })
    writeFileSync(file('htpasswd'), `${username}:${hash}\n`)
    mkdirSync(file('content'))
    const config = {
      version: '0.1',
      storage: { filesystem: { rootdirectory: file('content') } },
      http: { addr: `127.0.0.1:${port}` },
      auth: { htpasswd: { realm: 'tests', path: file('htpasswd') } },
    }
    writeFileSync(file('config.json'), JSON.stringify(config))
    const registry = new PrivateRegistry(temporary, port)
    try {
      await registry.#answers()
      return registry
    } catch (error) {
      await registry[Symbol.asyncDispose]()
      throw error
    }
  }

  /** `auths` of a config.json that holds the login; another password makes it a wrong one. */
  auths(password: string = registryUser.password): object {
    const auth = Buffer.from(`${registryUser.username}:${password}`).toString('base64')
    return { auths: { [this.host]: { auth } } }
  }

  /** Puts an image that the engine has into the registry; the engine's own copy goes. Returns its reference there. */
  async publish(image: string, path: string): Promise<string> {
    const reference = `${this.host}/${path}`
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'config.json'), JSON.stringify(this.auths()))
    await client(['tag', image, reference])
    this.#images.push(reference)
    await client(['--config', folder.path, 'push', '--quiet', reference])
    await client(['image', 'rm', reference])
    return reference
  }

  /** What the registry has under `<path>:<tag>`: the digest of its manifest; undefined when there is nothing. */
  async digestOf(path: string, tag: string): Promise<string | undefined> {
    const { username, password } = registryUser
    const response = await fetch(`http://${this.host}/v2/${path}/manifests/${tag}`, {
      method: 'HEAD',
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        accept: [
          'application/vnd.docker.distribution.manifest.v2+json',
          'application/vnd.oci.image.manifest.v1+json',
          'application/vnd.oci.image.index.v1+json',
        ].join(', '),
      },
    })
    return response.ok ? (response.headers.get('docker-content-digest') ?? undefined) : undefined
  }

  async #answers(): Promise<void> {
    const limit = AbortSignal.timeout(10_000)
    for (;;) {
      const answer = await fetch(`http://${this.host}/v2/`).catch(() => undefined)
      if (answer?.status === 401) return
      if (limit.aborted || this.#child.exitCode !== null)
        throw new Error(readFileSync(join(this.#temporary.path, 'log'), 'utf8'))
      await Bun.sleep(20)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#child.exited
    for (const image of this.#images)
      await client(['image', 'rm', '--force', image]).catch(() => undefined)
    this.#temporary[Symbol.dispose]()
  }
}

async function client(words: readonly string[]): Promise<void> {
  const { dockerCli, dockerHost } = testEngine()
  const child = Bun.spawn([dockerCli, ...words], {
    env: { ...process.env, DOCKER_HOST: dockerHost },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const { code, stderr } = await finished(child)
  if (code !== 0) throw new Error(`docker ${words.join(' ')}: ${stderr}`)
}
