import { describe, expect, test } from 'bun:test'
import type { RunRecord } from '../../../src/run/run-record.ts'
import { containerId } from '../../../src/runtime/container-state.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { AnApp } from './an-app.ts'
import { startedRun } from './started-run.ts'

describe('agent logs', () => {
  const command = ['sh', '-c', 'echo one; echo two >&2; echo three; sleep 600']

  test('shows the last lines of a live run and of one that is over alike, each on its stream', async () => {
    using app = new AnApp()
    const run = await startedRun(app, { command })
    await printed(app, run, 'three')
    await app.run('logs', 'myapp', '-n', '2')
    expect(app.output.passed).toEqual({ stdout: 'three\n', stderr: 'two\n' })
    await app.run('stop')
    await app.run('logs', '-n', 'all')
    expect(app.output.passed).toEqual({ stdout: 'three\none\nthree\n', stderr: 'two\ntwo\n' })
  })

  test('of a run whose container goes away in that moment shows the stored copy', async () => {
    using app = new AnApp()
    const run = await startedRun(app, { command })
    await printed(app, run, 'three')
    const logs = app.runtime.logs.bind(app.runtime)
    app.runtime.logs = async function* (id, options, signal) {
      app.runtime.logs = logs
      await app.run('stop', run.id)
      yield* logs(id, options, signal)
    }
    await app.run('logs', 'myapp')
    expect(app.output.passed.stderr).toBe('two\n')
  })

  test.each(['text', 'json'])('as %s ends when nobody reads it any more', async (format) => {
    using app = new AnApp()
    await printed(app, await startedRun(app, { command }), 'three')
    let passed = 0
    app.output.pass = async () => {
      passed += 1
      return false
    }
    await app.run('logs', '-f', ...(format === 'json' ? ['--json'] : []))
    expect(passed).toBe(1)
  })

  test('of a run that never ran says why', async () => {
    using app = new AnApp()
    await rejectionOf(startedRun(app, { command: ['nosuch'] }))
    const error = await rejectionOf(app.run('logs'))
    expect(error.message).toBe(
      '"myapp" left no output: the command "nosuch" was not found in the image',
    )
  })
})

/** Resolves when a run has said this. */
async function printed(app: AnApp, { containerId: id }: RunRecord, text: string): Promise<void> {
  const chunks = app.runtime.logs(containerId(id ?? ''), { follow: true, timestamps: false })
  for await (const { bytes } of chunks) if (Buffer.from(bytes).includes(text)) return
}
