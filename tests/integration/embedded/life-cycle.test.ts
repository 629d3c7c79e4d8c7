import { expect } from 'bun:test'
import { ContainerUnavailableError } from '../../../src/runtime/container-unavailable-error.ts'
import type { ContainerEvent } from '../../../src/runtime/container-state.ts'
import type { ContainerStream } from '../../../src/runtime/container-stream.ts'
import { EmbeddedBed } from './embedded-bed.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { rejectionOf } from '../../support/rejection-of.ts'

async function textOf(stream: ContainerStream): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const { bytes } of stream.output) chunks.push(bytes)
  return Buffer.concat(chunks).toString()
}

embeddedTest('exit codes: its own, of a signal, of a command that is not there', async () => {
  await using bed = new EmbeddedBed()
  expect(await bed.run('exit 7')).toEqual({ output: '', exitCode: 7 })
  expect((await bed.run('kill -TERM $$')).exitCode).toBe(143)
  expect((await bed.run('kill -SEGV $$')).exitCode).toBe(139)
  const id = await bed.runtime.create(bed.spec('', { command: ['no-such-program'] }))
  const error = await rejectionOf(bed.runtime.start(id))
  expect(error).toMatchObject({
    exitCode: 127,
    message: 'the command "no-such-program" was not found',
  })
  expect((await bed.runtime.inspect(id))?.phase).toBe('created')
})

embeddedTest('stop gives the grace it was given, and ends what does not listen', async () => {
  await using bed = new EmbeddedBed()
  const polite = await bed.start(
    'trap "echo bye; exit 42" TERM; echo up; while :; do sleep 0.05; done',
  )
  await bed.says(polite, 'up')
  await bed.runtime.stop(polite, { graceMs: 5000 })
  expect(await bed.runtime.inspect(polite)).toMatchObject({ phase: 'exited', exitCode: 42 })
  expect(await bed.output(polite)).toBe('up\nbye\n')
  const deaf = await bed.start('trap "" TERM; echo up; while :; do sleep 0.05; done')
  await bed.says(deaf, 'up')
  const startedMs = performance.now()
  await bed.runtime.stop(deaf, { graceMs: 300 })
  expect(performance.now() - startedMs).toBeWithin(290, 1500)
  expect(await bed.runtime.inspect(deaf)).toMatchObject({ phase: 'exited', exitCode: 137 })
})

embeddedTest(
  'signals reach the command; others of a container that is gone are no error',
  async () => {
    await using bed = new EmbeddedBed()
    const id = await bed.start('trap "exit 5" USR1; echo up; while :; do sleep 0.02; done')
    await bed.says(id, 'up')
    const { exit } = bed.runtime.wait(id)
    await bed.runtime.kill(id, 'SIGUSR1')
    expect(await exit).toEqual({ exitCode: 5 })
    await bed.runtime.kill(id, 'SIGKILL')
    await bed.runtime.stop(id, { graceMs: 0 })
    await bed.runtime.remove(id)
    await bed.runtime.remove(id)
    expect(await bed.runtime.inspect(id)).toBeUndefined()
    expect(await rejectionOf(bed.runtime.start(id))).toBeInstanceOf(ContainerUnavailableError)
    expect(await rejectionOf(bed.runtime.wait(id).exit)).toBeInstanceOf(ContainerUnavailableError)
  },
)

embeddedTest('who attaches before the start misses nothing, and is heard', async () => {
  await using bed = new EmbeddedBed()
  const spec = bed.spec('echo first; cat; echo oops >&2; exit 3', { stdin: true })
  const id = await bed.runtime.create(spec)
  const { ready, exit } = bed.runtime.wait(id)
  await using stream = await bed.runtime.attach(id, { stdin: true, tty: false })
  await ready
  await bed.runtime.start(id)
  await stream.write(Buffer.from('hello\n'))
  await stream.endInput()
  const text = await textOf(stream)
  expect(text.split('\n').toSorted()).toEqual(['', 'first', 'hello', 'oops'])
  expect(await exit).toEqual({ exitCode: 3 })
})

embeddedTest('a terminal has the size it was given, and the next one', async () => {
  await using bed = new EmbeddedBed()
  const spec = bed.spec('stty size; read line; stty size; tty; echo "got $line"', {
    tty: true,
    stdin: true,
    size: { columns: 91, rows: 17 },
  })
  const id = await bed.runtime.create(spec)
  await using stream = await bed.runtime.attach(id, { stdin: true, tty: true })
  await bed.runtime.start(id)
  await bed.says(id, '17 91')
  await bed.runtime.resize(id, { columns: 120, rows: 40 })
  await stream.write(Buffer.from('line\n'))
  const text = await textOf(stream)
  expect(text).toContain('17 91')
  expect(text).toContain('40 120')
  expect(text).toContain('/dev/console')
  expect(text).toContain('got line')
})

embeddedTest('one more command: exit code, both streams, input, environment', async () => {
  await using bed = new EmbeddedBed()
  const id = await bed.start('sleep 60', { env: { FROM: 'spec' } })
  const session = await bed.runtime.exec(id, {
    command: [
      'sh',
      '-c',
      'read x; echo "$x $FROM $MORE"; id -u; grep -c . /proc/self/status; exit 9',
    ],
    env: { MORE: "a 'quoted' word" },
    tty: false,
    stdin: true,
  })
  await using stream = session.stream
  await stream.write(Buffer.from('typed\n'))
  const text = await textOf(stream)
  // Root of the host is shown as an ordinary user.
  const uid = process.getuid?.() || 1000
  expect(text).toStartWith(`typed spec a 'quoted' word\n${uid}\n`)
  expect(await session.exitCode()).toBe(9)
})

embeddedTest('one more command of another user is refused before it starts', async () => {
  await using bed = new EmbeddedBed()
  const id = await bed.start('sleep 60')
  const user = `${(process.getuid?.() ?? 0) + 1234}:1234`
  const command = { command: ['true'], env: {}, tty: false, stdin: false, user }
  const error: unknown = await bed.runtime.exec(id, command).catch((failure: unknown) => failure)
  expect(error).toMatchObject({ exitCode: 125, fixes: ['leave the user out, or use Docker'] })
  expect(String(error)).toContain(`user "${user}"`)
})

embeddedTest('logs: the last lines, times, what follows', async () => {
  await using bed = new EmbeddedBed()
  const id = await bed.start('for i in 1 2 3 4 5; do echo line $i; sleep 0.03; done')
  const all: string[] = []
  for await (const { bytes } of bed.runtime.logs(id, { follow: true, timestamps: false }))
    all.push(Buffer.from(bytes).toString())
  expect(all.join('')).toBe('line 1\nline 2\nline 3\nline 4\nline 5\n')
  const tail: { text: string; timestamp: string | undefined }[] = []
  for await (const { bytes, timestamp } of bed.runtime.logs(id, {
    follow: false,
    tail: 2,
    timestamps: true,
  }))
    tail.push({ text: Buffer.from(bytes).toString(), timestamp })
  expect(tail.map(({ text }) => text)).toEqual(['line 4\n', 'line 5\n'])
  const since = tail[0]?.timestamp ?? ''
  const after: string[] = []
  for await (const { bytes } of bed.runtime.logs(id, { follow: false, timestamps: false, since }))
    after.push(Buffer.from(bytes).toString())
  expect(after).toEqual(['line 5\n'])
})

embeddedTest('events tell a whole life', async () => {
  await using bed = new EmbeddedBed()
  const stop = new AbortController()
  const { ready, events } = bed.runtime.events({ mine: 'yes' }, stop.signal)
  await ready
  const seen: ContainerEvent[] = []
  const reading = (async () => {
    for await (const event of events) {
      seen.push(event)
      if (event.kind === 'removed') return
    }
  })()
  const id = await bed.start('exit 4', { labels: { mine: 'yes' } })
  await bed.start('exit 1', { labels: { mine: 'no' } })
  await bed.runtime.wait(id).exit
  await bed.runtime.remove(id)
  await reading
  stop.abort()
  expect(seen.map(({ kind }) => kind)).toEqual(['created', 'started', 'exited', 'removed'])
  expect(seen[2]?.exitCode).toBe(4)
})
