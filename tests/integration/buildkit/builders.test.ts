import { expect } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

import { BuildFailedError } from '../../../src/runtime/build-failed-error.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { docker, recordOf } from './build-bed.ts'
import { builderTests } from './builders.ts'
import type { BuildProgress } from '../../../src/runtime/image-builder.ts'

const builderTest = builderTests()

const inspected = z.array(
  z.object({
    Id: z.string(),
    Config: z.object({
      Labels: z.record(z.string(), z.string()),
      Env: z.array(z.string()),
      Cmd: z.array(z.string()),
    }),
  }),
)

async function failureOf(build: Promise<unknown>): Promise<BuildFailedError> {
  const error = await rejectionOf(build)
  if (error instanceof BuildFailedError) return error
  throw error
}

builderTest('arguments, target and labels of a build are in its image', async (builder) => {
  await using bed = await builder.open()
  const tag = bed.tag()
  const dockerfile = [
    'FROM busybox AS first',
    'ARG WHO=nobody',
    'ENV GREETING="hello ${WHO}"',
    'CMD ["first"]',
    'FROM first AS second',
    'CMD ["second"]',
    '',
  ].join('\n')
  const built = await bed.build(dockerfile, {
    buildArgs: { WHO: 'ünï "code"' },
    labels: { 'x.test': 'a=b, c' },
    target: 'first',
    output: bed.output(tag),
  })
  const [image] = inspected.parse(JSON.parse(await docker(['image', 'inspect', tag])))
  expect(image?.Id).toBe(bed.idOf(built) ?? '')
  expect(image?.Config.Labels['x.test']).toBe('a=b, c')
  expect(image?.Config.Env).toContain('GREETING=hello ünï "code"')
  expect(image?.Config.Cmd).toEqual(['first'])
})

builderTest('a second build is cached, and made anew without the cache', async (builder) => {
  await using bed = await builder.open()
  const dockerfile = `FROM busybox\nRUN echo ${crypto.randomUUID()}; cat /proc/sys/kernel/random/uuid\n`
  const run = async (noCache: boolean): Promise<{ isCached: boolean; output: string }> => {
    const built = await bed.build(dockerfile, { noCache })
    const step = built.steps().find(({ name }) => name.includes('RUN'))
    return { isCached: step?.isCached === true, output: built.output() }
  }
  const first = await run(false)
  const second = await run(false)
  const third = await run(true)
  expect([first.isCached, second.isCached, third.isCached]).toEqual([false, true, false])
  expect(first.output).toMatch(/^[-0-9a-f]{36}\n[-0-9a-f]{36}\n$/)
  expect(second.output).toBe('')
  expect(third.output).not.toBe(first.output)
})

builderTest(
  'a secret is there while a step runs, whatever its bytes, and not in the image',
  async (builder) => {
    await using bed = await builder.open()
    const secret = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const dockerfile = [
      'FROM busybox',
      `RUN --mount=type=secret,id=key sha256sum </run/secrets/key; echo ${crypto.randomUUID()}`,
      'RUN ls /run/secrets; test ! -s /run/secrets/key',
      '',
    ].join('\n')
    const built = await bed.build(dockerfile, { secrets: { key: secret } })
    expect(built.output()).toContain(new Bun.CryptoHasher('sha256').update(secret).digest('hex'))
  },
)

builderTest('a secret that is not given fails the step that needs it', async (builder) => {
  await using bed = await builder.open()
  const dockerfile = 'FROM busybox\nRUN --mount=type=secret,id=key,required=true true\n'
  const { failure } = await failureOf(bed.build(dockerfile))
  expect(failure.reason).toMatch(/^secret key:? not found/)
  expect(failure).toMatchObject(await builder.place(2))
})

builderTest('a cache mount keeps what one build left for the next', async (builder) => {
  await using bed = await builder.open()
  const id = crypto.randomUUID()
  const step = (command: string): string =>
    `FROM busybox\nRUN --mount=type=cache,id=${id},target=/cache ${command}\n`
  await bed.build(step(`echo ${id} >/cache/file`))
  const built = await bed.build(step(`cat /cache/file; : ${id}`))
  expect(built.output()).toBe(`${id}\n`)
})

builderTest(
  'a failing step is named once, with its last 20 lines and its place',
  async (builder) => {
    await using bed = await builder.open()
    const progress: BuildProgress[] = []
    const dockerfile =
      'FROM busybox\n\nRUN for i in $(seq 1 50); do echo line $i; done; \\\n  exit 7\nRUN echo never\n'
    const { failure, message } = await failureOf(
      bed.build(dockerfile, { onProgress: (event) => progress.push(event), noCache: true }),
    )
    expect(failure.lastLines).toEqual(
      Array.from({ length: 20 }, (_, index) => `line ${index + 31}`),
    )
    expect(failure).toMatchObject({ reason: 'exit code: 7', ...(await builder.place(3)) })
    expect(failure.stepName).toStartWith('[2/3] RUN for i in')
    expect(message).toMatch(/^the build of Dockerfile(?::3)? failed at step /)
    const record = recordOf(progress)
    expect(record.output().match(/^line 50$/gm)).toEqual(['line 50'])
    expect(record.steps().filter(({ error }) => error !== undefined)).toHaveLength(1)
  },
)

builderTest('a Dockerfile that cannot be read fails with its line', async (builder) => {
  await using bed = await builder.open()
  const { failure } = await failureOf(bed.build('FROM busybox\n# comment\nFOO bar\n'))
  expect(failure.position).toEqual({ startLine: 3, endLine: 3 })
  expect(failure.reason).toContain('unknown instruction: FOO')
  expect(failure.lastLines).toEqual([])
})

builderTest('a COPY of what is not there fails with its line and the path', async (builder) => {
  await using bed = await builder.open()
  using context = temporaryFolder()
  const { failure } = await failureOf(
    bed.build('FROM busybox\nCOPY missing.txt /\n', { contextDir: context.path }),
  )
  expect(failure.reason).toMatch(/^"\/missing.txt":? not found/)
  expect(failure).toMatchObject(await builder.place(2))
})

builderTest(
  'cancelling ends the build in less than a second, and the running step with it',
  async (builder) => {
    await using bed = await builder.open()
    const abort = new AbortController()
    const seconds = 100_000 + Math.floor(Math.random() * 900_000)
    const started = Promise.withResolvers<void>()
    const build = bed.build(`FROM busybox\nRUN echo started; sleep ${seconds}\n`, {
      signal: abort.signal,
      onProgress: (event) => {
        if (event.kind === 'log') started.resolve()
      },
    })
    build.catch(() => undefined)
    await Promise.race([started.promise, build])
    await until(() => sleepers(seconds).length > 0)
    const reason = new Error('enough')
    const abortedMs = performance.now()
    abort.abort(reason)
    expect(await rejectionOf(build)).toBe(reason)
    expect(performance.now() - abortedMs).toBeLessThan(1_000)
    const limit = AbortSignal.timeout(10_000)
    while (sleepers(seconds).length > 0 && !limit.aborted) await Bun.sleep(20)
    expect(sleepers(seconds)).toEqual([])
  },
)

async function until(isTrue: () => boolean): Promise<void> {
  const limit = AbortSignal.timeout(10_000)
  while (!isTrue()) {
    limit.throwIfAborted()
    await Bun.sleep(20)
  }
}

/** Processes of this machine, where the engine is, that sleep for so long. */
function sleepers(seconds: number): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(join('/proc', pid, 'cmdline'), 'utf8') === `sleep\0${seconds}\0`
    } catch {
      return false
    }
  })
}
