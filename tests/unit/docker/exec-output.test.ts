import { describe, expect, test } from 'bun:test'
import { execOutput } from '../../../src/docker/exec-output.ts'
import type { OutputChunk } from '../../../src/runtime/container-stream.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

async function* says(...texts: readonly string[]): AsyncGenerator<OutputChunk> {
  for (const text of texts) yield { stream: 'stdout', bytes: Buffer.from(text) }
}

async function read(output: AsyncIterable<OutputChunk>): Promise<string> {
  let text = ''
  for await (const { bytes } of output) text += Buffer.from(bytes).toString()
  return text
}

const ended = (code: number) => async (): Promise<number> => code

/** As recorded from runc 1.1 and runsc on Docker 26.1.5. */
const RUNC =
  'OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown\r\n'
const RUNC_DENIED =
  'OCI runtime exec failed: exec failed: unable to start container process: exec: "/etc": permission denied: unknown\r\n'
const RUNSC =
  'OCI runtime exec failed: executing processes for container: executing command "nosuch" in sandbox: error finding executable "nosuch" in PATH [/usr/local/sbin /bin]: no such file or directory: unknown\r\n'
const RUNSC_DENIED =
  'OCI runtime exec failed: executing processes for container: executing command "/etc" in sandbox: failed to load /etc: permission denied: unknown\r\n'

describe('the output of a command of exec', () => {
  test.each([
    [RUNC, 127, 'the command "nosuch" was not found in the image'],
    [RUNSC, 127, 'the command "nosuch" was not found in the image'],
    [RUNC_DENIED, 126, 'the command "/etc" may not be executed'],
    [RUNSC_DENIED, 126, 'the command "/etc" may not be executed'],
    [
      'OCI runtime exec failed: exec failed: a new reason: unknown\r\n',
      126,
      'the command could not be started: exec failed: a new reason',
    ],
  ])('is the reason when it could not be started: %s', async (words, exitCode, message) => {
    expect(await rejectionOf(read(execOutput(says(words), ended(126))))).toMatchObject({
      message,
      exitCode,
    })
  })

  test('is its own otherwise, even if it begins in the same way', async () => {
    expect(await read(execOutput(says('a', 'b'), ended(126)))).toBe('ab')
    expect(await read(execOutput(says(), ended(127)))).toBe('')
    expect(await read(execOutput(says(RUNC), ended(0)))).toBe(RUNC)
    expect(await read(execOutput(says(RUNC, 'more'), ended(126)))).toBe(`${RUNC}more`)
    expect(await read(execOutput(says('a', RUNC), ended(126)))).toBe(`a${RUNC}`)
  })
})
