import { describe, expect, test } from 'bun:test'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { ControlClient, DaemonGoneError } from '../../../src/daemon/control-client.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../platform/temporary-folder.ts'
import { exchanged, HELLO, served } from './control-sockets.ts'

describe('what is no request', () => {
  test.each([
    ['{"id":3,"method":"fly"}', 3],
    ['{"id":4,"method":"hold"}', 4],
    ['{"id":5,"method":"proxy.ensure","port":"80","source":"asked","pin":true}', 5],
    ['{"method":"hello"}', 0],
    ['{"id":"x","method":"hello"}', 0],
    ['[]', 0],
    ['null', 0],
    ['not json', 0],
    ['', 0],
    ['\u0000\ufffd', 0],
  ])('%j is answered by an error, and the next one is served', async (line, id) => {
    await using server = await served(async () => HELLO)
    const answers = await exchanged(server.path, `${line}\n{"id":9,"method":"hello"}\n`, 2)
    expect(answers).toContainEqual({ id: 9, result: HELLO })
    const refused = answers.filter((answer) => JSON.stringify(answer).includes('"error"'))
    expect(refused).toMatchObject([{ id, error: { fixes: [], exitCode: 1 } }])
  })

  test('a line without end closes that connection, and the others go on', async () => {
    await using server = await served(async () => HELLO)
    using client = await ControlClient.open(server.path)
    const socket = connect({ path: server.path })
    socket.on('error', () => undefined)
    socket.write(Buffer.alloc(3 * 1024 * 1024, 'x'))
    await new Promise((resolve) => {
      socket.once('close', resolve)
    })
    expect(await client.hello()).toEqual(HELLO)
  })
})

describe('somebody else on the socket', () => {
  test.each(['HTTP/1.1 400 Bad Request\r\n\r\n', '{"id":"x"}\n', 'null\n', '{}\n'])(
    'that answers %j is no daemon, and no crash',
    async (answer) => {
      await using server = await spoken(answer)
      using client = await ControlClient.open(server.path)
      expect(await rejectionOf(client.hello())).toBeInstanceOf(DaemonGoneError)
      await client.closed
    },
  )

  test('that answers something else than was asked is no daemon', async () => {
    await using server = await spoken('{"id":1,"result":{"nonce":5}}\n')
    using client = await ControlClient.open(server.path)
    expect(await rejectionOf(client.hello())).toBeInstanceOf(DaemonGoneError)
  })

  test('an answer to no question is passed over', async () => {
    await using server = await spoken(
      `{"id":99,"result":null}\n{"id":1,"result":${JSON.stringify(HELLO)}}\n`,
    )
    using client = await ControlClient.open(server.path)
    expect(await client.hello()).toEqual(HELLO)
  })
})

async function spoken(answer: string): Promise<AsyncDisposable & { path: string }> {
  const folder = temporaryFolder()
  const path = join(folder.path, 'control.sock')
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => socket.write(answer))
  })
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  return {
    path,
    async [Symbol.asyncDispose]() {
      server.close()
      folder[Symbol.dispose]()
    },
  }
}
