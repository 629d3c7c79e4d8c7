import { describe, expect, test } from 'bun:test'
import { DEFAULT_DETACH_KEYS, parseDetachKeys } from '../../../src/run/detach-keys.ts'
import { runSession, type SessionEnd } from '../../../src/run/attached-session.ts'
import type { ContainerStream, OutputChunk } from '../../../src/runtime/container-stream.ts'
import { FakeTerminal } from '../../fakes/fake-terminal.ts'
import { RecordedOutput } from '../../fakes/recorded-output.ts'

/** A process on the other side: what it was told, and ways to make it say and do things. */
class OtherSide implements ContainerStream {
  readonly calls: string[] = []
  read = ''
  inputEnded = false
  /** The next writes wait until this resolves. */
  slow: Promise<void> = Promise.resolve()
  readonly exit = Promise.withResolvers<number>()
  readonly #chunks: OutputChunk[] = []
  #wake = Promise.withResolvers<void>()
  #ended = false

  readonly output = this.#output()

  say(text: string, stream: 'stdout' | 'stderr' = 'stdout'): void {
    this.#chunks.push({ stream, bytes: Buffer.from(text) })
    this.#wake.resolve()
  }

  end(): void {
    this.#ended = true
    this.#wake.resolve()
    this.exit.resolve(0)
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.slow
    this.read += Buffer.from(bytes).toString()
  }

  async endInput(): Promise<void> {
    this.inputEnded = true
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async *#output(): AsyncGenerator<OutputChunk> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) yield chunk
      else if (this.#ended) return
      else {
        await this.#wake.promise
        this.#wake = Promise.withResolvers()
      }
    }
  }
}

function session(options: { tty: boolean; stdin?: boolean; whenUnread?: 'stop' | 'leave' }): {
  other: OtherSide
  terminal: FakeTerminal
  output: RecordedOutput
  end: Promise<SessionEnd>
} {
  const other = new OtherSide()
  const terminal = new FakeTerminal(options.tty)
  const output = new RecordedOutput()
  const end = runSession({
    stream: other,
    exit: other.exit.promise,
    target: {
      resize: async ({ columns, rows }) => void other.calls.push(`resize ${columns}x${rows}`),
      stop: async () => void other.calls.push('stop'),
      kill: async () => void other.calls.push('kill'),
    },
    terminal,
    output,
    stdin: options.stdin ?? true,
    tty: options.tty,
    whenUnread: options.whenUnread ?? 'stop',
    detachKeys: parseDetachKeys(DEFAULT_DETACH_KEYS),
  })
  return { other, terminal, output, end }
}

/** Lets streams and promises do what they have begun. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
}

describe('an attached session', () => {
  test('passes both streams on, what is typed in, and the end of input', async () => {
    const { other, terminal, output, end } = session({ tty: false })
    other.say('out\n')
    other.say('err\n', 'stderr')
    terminal.type('hello\u0010\u0011')
    terminal.stdin.end()
    await settle()
    expect(output.passed).toEqual({ stdout: 'out\n', stderr: 'err\n' })
    // Without a TTY the detach keys are bytes like others.
    expect(other.read).toBe('hello\u0010\u0011')
    expect(other.inputEnded).toBe(true)
    other.end()
    expect(await end).toEqual({ kind: 'ended', interrupted: false })
  })

  test('ends when output and process have ended, not before', async () => {
    const { other, end } = session({ tty: false })
    const seen = { ended: false }
    void end.then(() => (seen.ended = true))
    other.exit.resolve(0)
    await settle()
    expect(seen.ended).toBe(false)
    other.end()
    await end
  })

  test('stops the process once nobody reads its output, as a broken pipe does', async () => {
    const { other, output, end } = session({ tty: false })
    output.isClosed = true
    other.say('y\n')
    other.say('y\n')
    await settle()
    expect(other.calls).toEqual(['stop'])
    other.end()
    expect(await end).toEqual({ kind: 'ended', interrupted: true })
  })

  test('or leaves it running, where it is not ours to end', async () => {
    const { other, output, end } = session({ tty: false, stdin: false, whenUnread: 'leave' })
    output.isClosed = true
    other.say('y\n')
    expect(await end).toEqual({ kind: 'detached' })
    expect(other.calls).toEqual([])
  })

  test('with a TTY: raw until it ends, the size told after each change', async () => {
    const { other, terminal, end } = session({ tty: true })
    expect(terminal.rawDepth).toBe(1)
    terminal.resize(120, 40)
    other.end()
    await end
    expect(other.calls).toEqual(['resize 120x40'])
    expect(terminal.rawDepth).toBe(0)
    expect(terminal.resizeListeners).toBe(0)
    expect(terminal.stdin.listenerCount('data')).toBe(0)
  })

  test('the detach keys leave it, after everything typed before them was taken', async () => {
    const { other, terminal, end } = session({ tty: true })
    const slow = Promise.withResolvers<void>()
    other.slow = slow.promise
    const seen = { detached: false }
    void end.then(() => (seen.detached = true))
    terminal.type('exit 3\r\u0010\u0011')
    await settle()
    expect(seen.detached).toBe(false)
    slow.resolve()
    expect(await end).toEqual({ kind: 'detached' })
    expect(other.read).toBe('exit 3\r')
    expect(terminal.rawDepth).toBe(0)
  })

  test('a key that was held back is passed on when the input ends', async () => {
    const { other, terminal, end } = session({ tty: true })
    terminal.type('x\u0010')
    terminal.stdin.end()
    await settle()
    expect(other.read).toBe('x\u0010')
    expect(other.inputEnded).toBe(true)
    other.end()
    await end
  })

  test('takes no more from the terminal while the process takes nothing', async () => {
    const { other, terminal, end } = session({ tty: true })
    const slow = Promise.withResolvers<void>()
    other.slow = slow.promise
    terminal.type('a')
    await settle()
    expect(terminal.stdin.isPaused()).toBe(true)
    terminal.type('b')
    slow.resolve()
    await settle()
    expect(other.read).toBe('ab')
    other.end()
    await end
  })

  test('the detach keys are seen even when the process takes no input any more', async () => {
    const { other, terminal, end } = session({ tty: true })
    other.slow = Promise.reject(new Error('gone'))
    terminal.type('x')
    await settle()
    terminal.type('\u0010\u0011')
    expect(await end).toEqual({ kind: 'detached' })
  })

  test('the first interrupt stops, the next one kills, and the end says it was asked for', async () => {
    const before = process.listenerCount('SIGINT')
    const { other, end } = session({ tty: false, stdin: false })
    process.emit('SIGINT')
    process.emit('SIGTERM')
    expect(other.calls).toEqual(['stop', 'kill'])
    other.end()
    expect(await end).toEqual({ kind: 'ended', interrupted: true })
    expect(process.listenerCount('SIGINT')).toBe(before)
  })

  test('a lost connection is its failure, and the terminal is as it was', async () => {
    const { other, terminal, end } = session({ tty: true })
    other.exit.reject(new Error('the connection broke'))
    expect(end).rejects.toThrow('the connection broke')
    await end.catch(() => undefined)
    expect(terminal.rawDepth).toBe(0)
  })
})
