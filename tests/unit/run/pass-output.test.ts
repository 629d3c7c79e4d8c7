import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'bun:test'
import type { Output } from '../../../src/platform/output.ts'
import { passOutput } from '../../../src/run/pass-output.ts'
import type { ContainerStream, OutputChunk } from '../../../src/runtime/container-stream.ts'
import { RecordedOutput } from '../../fakes/recorded-output.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

/** A connection that says these words, then ends or stays open for ever. */
function connection(words: readonly string[], isEnding: boolean): ContainerStream {
  async function* output(): AsyncGenerator<OutputChunk> {
    for (const word of words) yield { stream: 'stdout', bytes: Buffer.from(word) }
    if (!isEnding) await new Promise<never>(() => undefined)
  }
  return {
    output: output(),
    write: async () => undefined,
    endInput: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** A reader who takes his time over every piece. */
function slowly(output: Pick<Output, 'pass'>): Pick<Output, 'pass'> {
  return {
    async pass(stream, bytes) {
      await delay(1300)
      return output.pass(stream, bytes)
    },
  }
}

describe('passing output on ends', () => {
  test('with the output, when that is all there is', async () => {
    const output = new RecordedOutput()
    await passOutput({ stream: connection(['a', 'b'], true), output })
    expect(output.passed).toEqual({ stdout: 'ab', stderr: '' })
  })

  test('with output and process, whichever comes last', async () => {
    const exit = Promise.withResolvers<number>()
    const passing = passOutput({
      stream: connection(['a'], true),
      output: new RecordedOutput(),
      exit: exit.promise,
    })
    expect(await Promise.race([passing, delay(50, 'goes on')])).toBe('goes on')
    exit.resolve(0)
    await passing
  })

  test('after a silence, when the process has ended and the connection does not', async () => {
    const output = new RecordedOutput()
    const started = performance.now()
    await passOutput({ stream: connection(['a'], false), output, exit: Promise.resolve(0) })
    expect(output.passed).toEqual({ stdout: 'a', stderr: '' })
    expect(performance.now() - started).toBeGreaterThan(900)
  })

  test('not while a slow reader still takes what came', async () => {
    const output = new RecordedOutput()
    await passOutput({
      stream: connection(['a', 'b'], true),
      output: slowly(output),
      exit: Promise.resolve(0),
    })
    expect(output.passed).toEqual({ stdout: 'ab', stderr: '' })
  })

  test('with the reason when it cannot be known how the process ended', async () => {
    const exit = Promise.reject(new Error('the engine is gone'))
    const options = { stream: connection([], false), output: new RecordedOutput(), exit }
    expect(await rejectionOf(passOutput(options))).toMatchObject({ message: 'the engine is gone' })
  })
})
