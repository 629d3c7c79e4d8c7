import { expect } from 'bun:test'
import { byText } from '../../../src/lib/by-text.ts'
import { ScriptedUpstream } from '../../integration/proxy/bed/scripted-upstream.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { fuzzedResponse } from './bed/fuzz-responses.ts'
import { fuzzSettings } from './bed/fuzz-settings.ts'
import { ProxyProcess } from './bed/proxy-process.ts'
import { proxyTest } from './bed/proxy-test.ts'
import { cutUp } from './bed/spoil.ts'
import { readResponse, type Response } from './bed/strict-responses.ts'
import { printTable } from './bed/table.ts'

const { fuzzMs, seed } = fuzzSettings(process.env)

type Case = { response: string; pieces: string[]; isHead: boolean; ending: 'end' | 'reset' }

proxyTest(
  `whatever an upstream answers is a 502, cut off, or what a strict reader makes of it (seed ${seed})`,
  async () => {
    using service = await ScriptedUpstream.listen()
    await using proxy = await ProxyProcess.start({ 'web.fuzz': service.port })
    const random = seededRandom(seed)
    const before = proxy.descriptors()
    const outcomes = new Map<string, number>()
    const endMs = performance.now() + fuzzMs
    while (performance.now() < endMs) {
      const response = fuzzedResponse(random)
      const ending = random() < 0.2 ? 'reset' : 'end'
      const each: Case = {
        response,
        pieces: cutUp(random, response),
        isHead: random() < 0.1,
        ending,
      }
      const outcome = await play(proxy, service, each)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
    const counts = [...outcomes].sort(byText(([name]) => name))
    printTable(`responses of seed ${seed}`, ['THE UPSTREAM SENT, THE CLIENT GOT', 'CASES'], counts)
    expect(await proxy.requireSound()).toMatchObject({ openConnections: 0, upstreamConnections: 0 })
    // A connection to the page server stays, with both its ends in this process.
    await proxy.untilDescriptors(before + 2)
  },
  fuzzMs + 30_000,
)

async function play(proxy: ProxyProcess, service: ScriptedUpstream, each: Case): Promise<string> {
  using client = await proxy.client()
  const method = each.isHead ? 'HEAD' : 'GET'
  client.send(`${method} / HTTP/1.1\r\nHost: web.fuzz.localhost\r\nConnection: close\r\n\r\n`)
  using upstream = await service.accept()
  await upstream.head()
  for (const piece of each.pieces) {
    upstream.send(piece)
    await new Promise(setImmediate)
  }
  if (each.ending === 'reset') upstream.reset()
  else upstream.finish()
  const { text, ending } = await client.toEnd()
  const sent = readResponse(each.response, { ...each, spaced: true })
  const got = readResponse(text, { isHead: each.isHead, ending, spaced: false })
  const context = JSON.stringify({ ...each, text, ending, sent, got })
  expect([context, isHonest(sent, got, each.ending)]).toEqual([context, true])
  return `${nameOf(sent)}, ${got.kind === 'whole' && got.status === '502' ? '502' : nameOf(got)}`
}

/** Whether the client can trust what it got. */
function isHonest(sent: Response, got: Response, ending: 'end' | 'reset'): boolean {
  if (got.kind === 'malformed') return false
  if (got.kind === 'part') return sent.kind !== 'whole' || ending === 'reset'
  if (got.more) return false
  if (got.status === '502') return sent.kind !== 'whole' || ending === 'reset'
  return sent.kind === 'whole' && sent.status === got.status && sent.body === got.body
}

function nameOf(response: Response): string {
  if (response.kind !== 'whole') return response.kind
  return response.more ? 'whole and more' : 'whole'
}
