import { describe, expect, test } from 'bun:test'
import { existsSync, statSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { ControlClient, DaemonGoneError } from '../../../src/daemon/control-client.ts'
import { type ControlPeer, serveControl } from '../../../src/daemon/control-server.ts'
import { UserError } from '../../../src/lib/errors.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../platform/temporary-folder.ts'
import { exchanged, HELLO, linesFrom, served } from './control-sockets.ts'

describe('a request', () => {
  test('comes back with what the handler answers', async () => {
    const seen: unknown[] = []
    await using server = await served(async (request) => {
      seen.push(request)
      return request.method === 'hello' ? HELLO : { port: 8081 }
    })
    using client = await ControlClient.open(server.path)
    expect(await client.hello()).toEqual(HELLO)
    const wish = { port: 8080, source: 'default', pin: false } as const
    expect(await client.ensureProxy(wish)).toBe(8081)
    expect(seen).toMatchObject([{ method: 'hello' }, { method: 'proxy.ensure', ...wish }])
  })

  test('that is refused is the same error here, with its fixes and exit code', async () => {
    await using server = await served(async () => {
      throw new UserError('port 80 is in use', {
        fix: ['stop nginx', 'agent proxy start --port 1'],
        exitCode: 2,
      })
    })
    using client = await ControlClient.open(server.path)
    const error = await rejectionOf(client.stopProxy())
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({
      message: 'port 80 is in use',
      fixes: ['stop nginx', 'agent proxy start --port 1'],
      exitCode: 2,
    })
  })

  test('that waits does not hold up others, and each gets its own answer', async () => {
    const slow = Promise.withResolvers<unknown>()
    await using server = await served(async ({ method }) =>
      method === 'hello' ? HELLO : slow.promise,
    )
    using client = await ControlClient.open(server.path)
    const watching = client.watch('docker', 'unix:///x')
    expect(await client.hello()).toEqual(HELLO)
    slow.resolve(undefined)
    expect(await watching).toBeUndefined()
  })

  test('in pieces, or several in one piece, is understood', async () => {
    await using server = await served(async () => HELLO)
    const line = '{"id":1,"method":"hello"}\n'
    const both = await exchanged(server.path, `${line}${line.replace('1', '2')}`, 2)
    expect(both).toEqual([
      { id: 1, result: HELLO },
      { id: 2, result: HELLO },
    ])
    const socket = connect({ path: server.path })
    for (const character of line) {
      socket.write(character)
      await new Promise(setImmediate)
    }
    expect(await linesFrom(socket, 1)).toHaveLength(1)
    socket.destroy()
  })
})

describe('a connection that ends', () => {
  test.each(['end', 'destroy', 'resetAndDestroy'] as const)(
    'by %s is told to whoever holds by it',
    async (way) => {
      const peers: ControlPeer[] = []
      await using server = await served(async (_request, peer) => void peers.push(peer))
      const socket = await heldBy(server.path, peers)
      socket.on('error', () => undefined)
      socket[way]()
      await peers[0]?.closed
    },
  )

  test('on the side of the daemon is told to the command, and its calls fail', async () => {
    await using server = await served(async ({ method }) =>
      method === 'hello' ? HELLO : new Promise(() => undefined),
    )
    using client = await ControlClient.open(server.path)
    await client.hello()
    const waiting = rejectionOf(client.watch('docker', 'unix:///x'))
    await server.stop()
    await client.closed
    expect(await waiting).toBeInstanceOf(DaemonGoneError)
    expect(await rejectionOf(client.hello())).toBeInstanceOf(DaemonGoneError)
    expect(await rejectionOf(ControlClient.open(server.path))).toBeInstanceOf(DaemonGoneError)
  })

  test('of our own making is told too', async () => {
    await using server = await served(async () => new Promise(() => undefined))
    const client = await ControlClient.open(server.path)
    const waiting = rejectionOf(client.hello())
    client[Symbol.dispose]()
    await client.closed
    expect(await waiting).toBeInstanceOf(DaemonGoneError)
  })
})

test('the socket is for its owner alone, replaces a dead one, and goes with the server', async () => {
  const folder = temporaryFolder()
  const path = join(folder.path, 'control.sock')
  const dead = createServer()
  await new Promise<void>((resolve) => {
    dead.listen(path, resolve)
  })
  const server = await serveControl(path, async () => HELLO)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  using client = await ControlClient.open(path)
  expect(await client.hello()).toEqual(HELLO)
  await server[Symbol.asyncDispose]()
  expect(existsSync(path)).toBe(false)
  dead.close()
  folder[Symbol.dispose]()
})

async function heldBy(path: string, peers: ControlPeer[]): Promise<Socket> {
  const socket = connect({ path })
  socket.write('{"id":1,"method":"hold","runId":"run_1"}\n')
  await linesFrom(socket, 1)
  expect(peers).toHaveLength(1)
  return socket
}
