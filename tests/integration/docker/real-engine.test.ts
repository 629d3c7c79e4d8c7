import { afterEach, beforeEach, expect } from 'bun:test'
import { join } from 'node:path'
import { z } from 'zod'

import { connectDocker } from '../../../src/docker/connect-docker.ts'
import type { DockerRuntime } from '../../../src/docker/docker-runtime.ts'
import { RuntimeBench } from '../../contract/runtime/runtime-bench.ts'
import { engineTest, testEngine, testLabels } from '../../engine/test-engine.ts'

let bench: RuntimeBench
let runtime: DockerRuntime

beforeEach(async () => {
  if (process.env['AGENT_TEST_DOCKER_HOST'] === undefined) return
  runtime = await connectDocker({
    endpoint: testEngine().dockerHost,
    env: {},
    home: '/nonexistent',
  })
  bench = new RuntimeBench(runtime, testLabels())
})

afterEach(async () => {
  await bench?.[Symbol.asyncDispose]()
})

function support(program: string, ...words: string[]): Promise<string> {
  const path = join(import.meta.dirname, 'programs', program)
  const child = Bun.spawn([process.execPath, path, ...words], { stdout: 'pipe', stderr: 'inherit' })
  return new Response(child.stdout).text()
}

engineTest(
  'a container that exits at once is never missed, 50 times',
  async () => {
    for (let round = 0; round < 50; round++) {
      const id = await runtime.create(bench.spec({ command: ['sh', '-c', `exit ${round}`] }))
      const { ready, exit } = runtime.wait(id)
      await ready
      await runtime.start(id)
      expect((await exit).exitCode).toBe(round)
      await runtime.remove(id)
    }
  },
  120_000,
)

engineTest(
  'a slow reader of 500 MB makes this process grow by less than 160 MB',
  async () => {
    const id = await bench.create({ command: ['head', '-c', '500000000', '/dev/zero'] })
    const answer = await support('slow-reader.ts', runtime.endpoint, id)
    const { length, grownBytes } = z
      .object({ length: z.number(), grownBytes: z.number() })
      .parse(JSON.parse(answer))
    expect(length).toBe(500_000_000)
    // What is not collected yet: it is the same for 1 GB.
    expect(grownBytes).toBeLessThan(160_000_000)
  },
  120_000,
)

engineTest(
  'input of 64 MB arrives whole',
  async () => {
    const id = await bench.create({ command: ['sha256sum'], stdin: true })
    await using stream = await runtime.attach(id, { stdin: true, tty: false })
    await runtime.start(id)
    const hash = new Bun.CryptoHasher('sha256')
    for (let index = 0; index < 1024; index++) {
      const bytes = crypto.getRandomValues(new Uint8Array(65_536))
      hash.update(bytes)
      await stream.write(bytes)
    }
    await stream.endInput()
    let output = ''
    for await (const { bytes } of stream.output) output += Buffer.from(bytes).toString()
    expect(output).toBe(`${hash.digest('hex')}  -\n`)
  },
  60_000,
)

engineTest(
  'ten processes that ask for a network at once get the same one',
  async () => {
    const { networks } = runtime
    for (let round = 0; round < 3; round++) {
      const name = bench.uniqueName('net')
      const ids = await Promise.all(
        Array.from({ length: 10 }, () =>
          support('ensure-network.ts', runtime.endpoint, name, JSON.stringify(bench.labels)),
        ),
      )
      expect(new Set(ids).size).toBe(1)
      const found = await networks.list(bench.labels)
      for (const { id } of found) await networks.remove(id)
      expect(found.map((network) => network.name)).toEqual([name])
    }
  },
  120_000,
)

engineTest(
  'containers on a network without interContainer do not reach each other, by address or by name',
  async () => {
    const { networks } = runtime
    for (const interContainer of [true, false]) {
      const network = bench.uniqueName('net')
      const id = await networks.ensure({ name: network, labels: bench.labels, interContainer })
      bench.defer(() => networks.remove(id))
      const server = bench.uniqueName('server')
      await bench.running({
        name: server,
        network,
        command: ['sh', '-c', 'while true; do echo hello | nc -l -p 80; done'],
      })
      // The server may need a moment; who cannot be reached will not be after three tries either.
      const script = `for i in 1 2 3; do nc -w 1 ${server} 80 </dev/null && break; sleep 0.3; done`
      const { stdout } = await bench.script(script, { network })
      expect(stdout).toBe(interContainer ? 'hello\n' : '')
    }
  },
  60_000,
)

engineTest('a published port answers on 127.0.0.1 even so', async () => {
  const { networks } = runtime
  const network = bench.uniqueName('net')
  const net = await networks.ensure({ name: network, labels: bench.labels, interContainer: false })
  bench.defer(() => networks.remove(net))
  const script = `while true; do printf 'HTTP/1.0 200 OK\\r\\n\\r\\nhi' | nc -l -p 3000; done`
  const id = await bench.running({ network, ports: [3000], command: ['sh', '-c', script] })
  const [port] = (await runtime.inspect(id))?.ports ?? []
  if (port === undefined || 'relaySocket' in port) throw new Error('no port was published')
  const answer = await fetchSoon(`http://127.0.0.1:${port.hostPort}/`)
  expect(answer).toBe('hi')
})

engineTest('mounts are there: writable ones, read-only ones, folders in memory', async () => {
  const folder = import.meta.dirname
  const { stdout, exitCode } = await bench.script(
    'ls /ro/real-engine.test.ts; touch /ro/x 2>/dev/null || echo refused; touch /home/me/x && stat -c "%u %a" /home/me',
    {
      user: '1234:1234',
      mounts: [{ source: folder, target: '/ro', readonly: true }],
      tmpfs: [{ target: '/home/me', owner: '1234:1234' }],
    },
  )
  expect(stdout).toBe('/ro/real-engine.test.ts\nrefused\n1234 755\n')
  expect(exitCode).toBe(0)
})

engineTest('a container has neither raw sockets nor a way to more rights', async () => {
  const { stdout } = await bench.script(
    "grep -E 'NoNewPrivs|CapBnd' /proc/self/status; cat /proc/1/comm",
  )
  expect(stdout).toEndWith('docker-init\n')
  expect(stdout).toContain('NoNewPrivs:\t1')
  // CAP_NET_RAW is bit 13.
  const bound = BigInt(`0x${/CapBnd:\s+(\w+)/.exec(stdout)?.[1] ?? 'f'.repeat(16)}`)
  expect(bound & (1n << 13n)).toBe(0n)
})

/** A program in a container needs a moment until it listens; the published port answers before it does. */
async function fetchSoon(url: string): Promise<string> {
  const limit = AbortSignal.timeout(10_000)
  for (;;) {
    limit.throwIfAborted()
    const text = await fetch(url, { signal: limit }).then(
      (response) => response.text(),
      () => undefined,
    )
    if (text !== undefined) return text
    await Bun.sleep(50)
  }
}
