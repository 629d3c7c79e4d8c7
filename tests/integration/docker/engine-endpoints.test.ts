import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'

import { connectDocker } from '../../../src/docker/connect-docker.ts'
import { discoverDocker } from '../../../src/docker/discover-docker.ts'
import { UnavailableError } from '../../../src/runtime/unavailable-error.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { greeting, RawServer, response } from '../../support/raw-server.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

const info = response(
  200,
  JSON.stringify({ ServerVersion: '26.1.5', Runtimes: { runsc: {}, runc: {} } }),
)
const echoed = 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n'
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'endpoints-'))
  await chmod(folder, 0o755)
})

afterAll(() => rm(folder, { recursive: true }))

function engine(): Promise<RawServer> {
  return RawServer.start(({ socket, head }) => {
    if (head.startsWith('GET /_ping')) socket.end(greeting())
    else if (head.includes('/info')) socket.end(info)
    else {
      socket.write(echoed)
      socket.pipe(socket)
    }
  })
}

async function pingFailure(endpoint: string, env: Record<string, string> = {}): Promise<string> {
  const runtime = await connectDocker({ endpoint, env, home: folder })
  const error = await rejectionOf(runtime.ping())
  return error instanceof UnavailableError ? `${error.reason}: ${error.message}` : String(error)
}

describe('discovery', () => {
  test('an engine that was named and does not answer is an error that names it and who named it', async () => {
    await using other = await engine()
    const env = { DOCKER_HOST: `unix://${folder}/nothing.sock`, XDG_RUNTIME_DIR: other.path }
    const error = await rejectionOf(
      discoverDocker({ env, home: folder }, new AbortController().signal),
    )
    expect(error.message).toBe(
      `no engine at unix://${folder}/nothing.sock: there is no such socket (named by DOCKER_HOST)`,
    )
    expect(error).toBeInstanceOf(UnavailableError)
  })

  test('the host that was asked for is used, and described so that it can be found again', async () => {
    await using server = await engine()
    const found = await discoverDocker(
      { env: { DOCKER_HOST: 'unix:///nowhere' }, home: folder, explicitHost: server.endpoint },
      new AbortController().signal,
    )
    if (!('runtime' in found)) throw new Error('nothing found')
    expect(found.runtime.endpoint).toBe(server.endpoint)
    expect(found.info).toEqual({
      kind: 'docker',
      description: 'Docker Engine 26.1.5',
      version: '26.1.5',
      apiVersion: '1.45',
      isLocal: true,
    })
    expect(await found.runtime.ociRuntimes()).toEqual(['runc', 'runsc'])
  })
})

describe('a socket', () => {
  test('that is not there, or that nobody listens on, is told apart', async () => {
    const server = await engine()
    const { path, endpoint } = server
    const left = spawnSync(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(`${path}.left`)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ])
    expect(left.signal).toBe('SIGKILL')
    expect(await pingFailure(`${endpoint}.left`)).toStartWith('refused: no engine is listening at')
    expect(await pingFailure(`${endpoint}.none`)).toStartWith('absent: no engine at')
    await server[Symbol.asyncDispose]()
  })

  test('that this user may not open names the remedy, not another engine', async () => {
    await using server = await engine()
    await chmod(server.path, 0o000)
    await chmod(join(server.path, '..'), 0o755)
    const script = join(import.meta.dirname, 'programs/ping-without-rights.ts')
    // The server is in this process, so the child must not block it.
    const child = Bun.spawn([process.execPath, script, server.endpoint], {
      stdout: 'pipe',
      stderr: 'pipe',
    })
    expect((await new Response(child.stdout).text()).trim()).toBe(
      `denied: this user may not open the engine's socket ${server.endpoint}`,
    )
  })
})

async function sshProgram(script: string): Promise<Record<string, string>> {
  await writeFile(join(folder, 'ssh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { PATH: `${folder}:${process.env['PATH']}` }
}

describe('ssh', () => {
  test("requests and attachments go through the user's ssh program", async () => {
    await using server = await engine()
    const bridge = join(import.meta.dirname, 'programs/stdio-bridge.ts')
    const env = await sshProgram(
      `echo "$@" >> ${folder}/ssh-arguments; exec ${process.execPath} ${bridge} ${server.path}`,
    )
    const runtime = await connectDocker({
      endpoint: 'ssh://me@far:2222/run/d.sock',
      env,
      home: folder,
    })
    const found = await runtime.ping()
    expect([found.version, found.isLocal]).toEqual(['26.1.5', false])
    const connection = await runtime.client.hijack({ method: 'POST', path: '/x', deadlineMs: 5000 })
    connection.end('back and forth')
    expect(await new Response(connection).text()).toBe('back and forth')
    const lines = (await Bun.file(join(folder, 'ssh-arguments')).text()).trim().split('\n')
    expect(lines).toEqual(
      Array.from(
        { length: 2 },
        () =>
          "-o BatchMode=yes -o ConnectTimeout=10 -T -l me -p 2222 -- far docker --host 'unix:///run/d.sock' system dial-stdio",
      ),
    )
  })

  test("a refused login shows ssh's own words", async () => {
    const env = await sshProgram(`echo "me@far: Permission denied (publickey)." >&2; exit 255`)
    expect(await pingFailure('ssh://me@far', env)).toBe(
      'refused: the engine at ssh://me@far cannot be reached: me@far: Permission denied (publickey).',
    )
  })

  test('a missing ssh program is said', async () => {
    expect(await pingFailure('ssh://me@far', { PATH: '/nonexistent' })).toBe(
      'refused: the engine at ssh://me@far cannot be reached: the program ssh cannot be run',
    )
  })
})

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
if (hasOpenssl) describe('TLS', tlsTests)
else skippedTest('TLS to an engine', 'the program openssl is not installed')

function tlsTests(): void {
  let port = 0
  let server: ReturnType<typeof createServer> | undefined

  beforeAll(async () => {
    makeCertificates(folder)
    const read = (name: string): Promise<Buffer> => readFile(join(folder, name))
    server = createServer(
      {
        key: await read('server/key.pem'),
        cert: await read('server/cert.pem'),
        ca: await read('good/ca.pem'),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (socket) => {
        socket.on('error', () => undefined)
        socket.on('data', (bytes) =>
          socket.end(bytes.toString().includes('_ping') ? greeting() : info),
        )
      },
    )
    server.on('tlsClientError', () => undefined)
    const { promise, resolve } = Promise.withResolvers<void>()
    server.listen(0, '127.0.0.1', resolve)
    await promise
    port = portOf(server.address())
  })

  afterAll(() => server?.close())

  async function ping(tls: string): Promise<string> {
    const endpoint = `tcp://127.0.0.1:${port}?tls=${folder}/${tls}`
    const runtime = await connectDocker({ endpoint, env: {}, home: folder })
    return runtime.ping().then(
      ({ version }) => version,
      (error: unknown) => (error instanceof UnavailableError ? error.reason : String(error)),
    )
  }

  test('our certificate is shown and theirs is checked', async () => {
    expect(await ping('good')).toBe('26.1.5')
  })

  test('an engine that another authority vouches for is not trusted', async () => {
    expect(await ping('stranger')).toBe('denied')
  })

  test('unless the user said not to check', async () => {
    expect(await ping('unchecked&verify=0')).toBe('26.1.5')
  })
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Folders as DOCKER_CERT_PATH has them: `good`, `stranger` (another authority), `unchecked` (none). */
function makeCertificates(root: string): void {
  const script = `set -e
    mkdir good stranger unchecked server
    authority() { openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$2"; }
    authority ca good/ca.pem; authority other stranger/ca.pem
    signed() { openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1/key.pem" -out "$1.csr"
      openssl x509 -req -in "$1.csr" -CA good/ca.pem -CAkey ca.key -CAcreateserial -days 2 -out "$1/cert.pem" -extfile "$2"; }
    echo 'subjectAltName=IP:127.0.0.1' > server.ext; echo 'extendedKeyUsage=clientAuth' > client.ext
    signed server server.ext; signed good client.ext
    for folder in stranger unchecked; do cp good/key.pem good/cert.pem $folder; done`
  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`openssl: ${stderr}`)
}
