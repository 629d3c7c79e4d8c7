import { expect } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { METHODS } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import { byText } from '../../../src/lib/by-text.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { fuzzedRequest } from './bed/fuzz-requests.ts'
import { cutUp } from './bed/spoil.ts'
import { fuzzSettings } from './bed/fuzz-settings.ts'
import { ProxyProcess } from './bed/proxy-process.ts'
import { proxyTest } from './bed/proxy-test.ts'
import { ServiceProcess } from './bed/service-process.ts'
import { type Message, readRequests } from './bed/strict-requests.ts'
import { printTable } from './bed/table.ts'

const { fuzzMs, seed } = fuzzSettings(process.env)
const atOnce = 32
const casesPerRound = 500

/** Answers of the upstream and pages; a refusal is the last, because nobody knows where the next request begins. */
const properAnswer = /^(?:(?:100|200|204|404|405|421|502|508)(?: |$))*(?:400|431|501|505)?$/

const report = z.array(
  z.object({
    bytes: z.string(),
    messages: z.array(
      z.object({
        method: z.string(),
        target: z.string(),
        fields: z.array(z.string()),
        body: z.string(),
      }),
    ),
    error: z.string().optional(),
  }),
)

proxyTest(
  `whatever a client sends is refused, or read alike by Node's parser and a strict one (seed ${seed})`,
  async () => {
    using folder = temporaryFolder()
    const program = join(folder.path, 'witness.mjs')
    writeFileSync(program, await transpiled())
    await using witness = await ServiceProcess.run(['node', program])
    await using proxy = await ProxyProcess.start({ 'web.fuzz': witness.port })
    const random = seededRandom(seed)
    const answers = new Map<string, number>()
    const upstream = { passed: 0, refused: 0 }
    const before = { descriptors: proxy.descriptors(), mib: proxy.residentMiB() }
    const endMs = performance.now() + fuzzMs
    while (performance.now() < endMs) {
      await playRound(proxy, random, answers)
      const seen = report.parse(JSON.parse(await witness.ask('report')))
      for (const { error } of seen) if (error !== undefined) upstream.refused++
      upstream.passed += comparedAlike(seen)
    }
    const counts = [...answers].sort(byText(([name]) => name))
    const heading = `requests of seed ${seed}: ${upstream.passed} passed to the upstream, which refused ${upstream.refused} more`
    printTable(heading, ['ANSWERS', 'CASES'], counts)
    const status = await proxy.requireSound()
    expect(status).toMatchObject({ openConnections: 0, tunnels: 0, upstreamConnections: 0 })
    // Connections to the page server stay for a while, with both their ends in this process.
    await proxy.untilDescriptors(before.descriptors + 2 * atOnce)
    console.log(
      `  RSS ${before.mib.toFixed(1)} MiB, at the end ${proxy.residentMiB().toFixed(1)} MiB`,
    )
  },
  fuzzMs + 60_000,
)

async function playRound(
  proxy: ProxyProcess,
  random: () => number,
  answers: Map<string, number>,
): Promise<void> {
  const cases = Array.from({ length: casesPerRound }, () => {
    const text = fuzzedRequest(random)
    return { pieces: cutUp(random, text), text }
  })
  const work = async (): Promise<void> => {
    for (let next = cases.pop(); next !== undefined; next = cases.pop()) {
      const answer = await play(proxy, next.pieces)
      if (!properAnswer.test(answer))
        throw new Error(`${JSON.stringify(next.text)} was answered with ${answer}`)
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/** Sends the pieces, then FIN; the statuses of all that comes back. */
async function play(proxy: ProxyProcess, pieces: readonly string[]): Promise<string> {
  using client = await proxy.client()
  for (const piece of pieces) {
    client.send(piece)
    await new Promise(setImmediate)
  }
  client.finish()
  const { text } = await client.toEnd()
  if (text !== '' && !text.startsWith('HTTP/1.1 ')) return JSON.stringify(text)
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status).join(' ')
}

/** Fails where the two parsers do not agree on what the proxy sent; how many messages they agree on. */
function comparedAlike(connections: z.infer<typeof report>): number {
  let count = 0
  for (const { bytes, messages, error } of connections) {
    const strict = readRequests(bytes)
    const refused = strict.messages.findIndex(isRefusedByNode)
    const readTo = isOverstrict(bytes, error ?? '') ? messages.length : refused
    const expected = readTo < 0 ? strict.messages : strict.messages.slice(0, readTo)
    const isAlike = Bun.deepEquals(messages, expected)
    if (!isAlike || (refused < 0 && strict.rest === 'malformed')) {
      const readings = { node: messages.slice(-2), error, strict: expected.slice(-2) }
      const sent = JSON.stringify({ rest: strict.rest, bytes: bytes.slice(-1500) })
      throw new Error(`${sent} was read as ${JSON.stringify(readings)}`)
    }
    count += messages.length
  }
  return count
}

/** Node ends a connection at a method that it does not know, and at a target that is not ASCII. Both may be passed on. */
function isRefusedByNode({ method, target }: Message): boolean {
  return !METHODS.includes(method) || /[\x80-\xff]/.test(target)
}

/**
 * Node ends a connection at two things more that a proxy passes on: a chunk extension that is no proper one (RFC 9112 §7.1.1),
 * and a tab around a length (§5.1). What it read before must be the same.
 */
function isOverstrict(bytes: string, error: string): boolean {
  if (/chunk ext/i.test(error)) return true
  return /Content-Length/.test(error) && /content-length:[ \t]*(?:\t\d+|\d+[ \t]*\t)/i.test(bytes)
}

/** The witness as Node can run it. */
async function transpiled(): Promise<string> {
  const source = await Bun.file(join(import.meta.dir, 'programs/witness.ts')).text()
  return new Bun.Transpiler({ loader: 'ts', target: 'node' }).transformSync(source)
}
