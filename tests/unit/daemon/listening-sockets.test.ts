import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import {
  listenersIn,
  type ListeningSocket,
  parseSocketTable,
} from '../../../src/daemon/listening-sockets.ts'
import type { ContainerRuntime, ExecSession } from '../../../src/runtime/container-runtime.ts'
import { containerId } from '../../../src/runtime/container-state.ts'
import type { OutputChunk } from '../../../src/runtime/container-stream.ts'
import { InMemoryRuntime } from '../../fakes/in-memory-runtime.ts'

const isLinux = process.platform === 'linux'

async function listening(host: string, look: (port: number) => void): Promise<void> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port: 0, ipv6Only: true }, resolve)
  })
  const address = server.address()
  try {
    look(typeof address === 'object' && address !== null ? address.port : 0)
  } finally {
    server.close()
  }
}

function socketsOfThisMachine(): ListeningSocket[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) =>
    parseSocketTable(readFileSync(path, 'latin1')),
  )
}

describe.skipIf(!isLinux)('a socket of this machine that listens', () => {
  test.each([
    ['127.0.0.1', true],
    ['127.0.0.53', true],
    ['0.0.0.0', false],
    ['::1', true],
    ['::', false],
  ])('on %s is found; only reached from inside: %p', async (host, loopback) => {
    await listening(host, (port) => {
      expect(socketsOfThisMachine().filter((socket) => socket.port === port)).toEqual([
        { port, loopback },
      ])
    })
  })
})

describe('the table of sockets', () => {
  test('has addresses of every kind, and connections that do not count', () => {
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      line('0100007F:1F90', '0A'),
      line('00000000:0BB8', '0A'),
      line('0200A8C0:0050', '0A'),
      line('0100007F:0051', '01'),
      line('00000000000000000000000001000000:0052', '0A'),
      line('0000000000000000FFFF00000100007F:0053', '0A'),
      line('0000000000000000FFFF00000200A8C0:0054', '0A'),
      line('B80D01200000000000000000010000FF:0055', '0A'),
      'nonsense',
      '',
    ].join('\n')
    expect(parseSocketTable(table)).toEqual([
      { port: 8080, loopback: true },
      { port: 3000, loopback: false },
      { port: 80, loopback: false },
      { port: 82, loopback: true },
      { port: 83, loopback: true },
      { port: 84, loopback: false },
      { port: 85, loopback: false },
    ])
  })

  test.each(['', '\n', 'OCI runtime exec failed: exec: "cat": not found'])(
    '%j has none',
    (text) => {
      expect(parseSocketTable(text)).toEqual([])
    },
  )
})

describe('what listens inside a container', () => {
  test('is read by a command there', async () => {
    const table = '  sl  local_address rem_address   st\n   0: 00000000:0BB8 00000000:0000 0A\n'
    expect(await listenersIn(runtimeThatSays(table), ID)).toEqual([{ port: 3000, loopback: false }])
  })

  test('is nothing where nothing does, and unknown where nobody could look', async () => {
    const empty = '  sl  local_address rem_address   st\n'
    expect(await listenersIn(runtimeThatSays(empty), ID)).toEqual([])
    expect(await listenersIn(runtimeThatSays(''), ID)).toBeUndefined()
    const failed = 'OCI runtime exec failed: exec: "cat": executable file not found in $PATH'
    expect(await listenersIn(runtimeThatSays(failed), ID)).toBeUndefined()
  })

  test('is not read for ever from a program that says no end', async () => {
    const endless = new InMemoryRuntime()
    endless.exec = async () => sessionOf(saidForEver())
    expect(await listenersIn(endless, ID)).toBeUndefined()
  })

  test('is unknown when the command cannot be started at all', async () => {
    const runtime = new InMemoryRuntime()
    runtime.exec = async () => {
      throw new Error('not found')
    }
    expect(await listenersIn(runtime, ID)).toBeUndefined()
  })
})

const ID = containerId('box')

/** A runtime whose every command says this and ends. */
function runtimeThatSays(text: string): ContainerRuntime {
  const runtime = new InMemoryRuntime()
  runtime.exec = async () => sessionOf(said(text))
  return runtime
}

function sessionOf(output: AsyncIterable<OutputChunk>): ExecSession {
  return {
    stream: {
      output,
      write: async () => undefined,
      endInput: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    },
    resize: async () => undefined,
    exitCode: async () => 0,
  }
}

async function* said(text: string): AsyncGenerator<OutputChunk> {
  for (const part of [text.slice(0, 10), text.slice(10)])
    if (part !== '') yield { stream: 'stdout', bytes: Buffer.from(part) }
}

async function* saidForEver(): AsyncGenerator<OutputChunk> {
  for (;;) yield { stream: 'stderr', bytes: Buffer.alloc(64 * 1024, 'y') }
}

function line(local: string, state: string): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1`
}
