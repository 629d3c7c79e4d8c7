import type { Peer } from '../../proxy/bed/peer.ts'
import type { ConformanceCase, Step } from '../conformance-case.ts'
import type { CaseUpstream } from './case-upstream.ts'
import { nextRequest, readResponses, type Seen } from './seen.ts'

/** One proxy, and the upstream that it passes everything to which comes to its address. */
export type Lane = {
  readonly connect: () => Promise<Peer>
  readonly upstream: CaseUpstream
}

/** Plays one case on a lane that no other case has used, and tells what was seen. */
export async function runCase(each: ConformanceCase, lane: Lane): Promise<Seen> {
  const { responses: awaited = 1, afterwards = 'next' } = each
  lane.upstream.play(each.upstream ?? [])
  using client = await lane.connect()
  const steps: readonly Step[] = typeof each.send === 'string' ? [each.send] : each.send
  const [first] = steps
  const isHead = typeof first === 'string' && first.startsWith('HEAD ')
  const read = (): ReturnType<typeof readResponses> =>
    readResponses(client.buffered, isHead, client.ending)
  for (const step of steps) await take(step, client)
  const isAnswered = (): boolean =>
    read().responses.filter(({ isComplete }) => isComplete).length >= awaited
  await patiently(client, () => client.ending !== 'open' || (afterwards !== 'end' && isAnswered()))
  if (afterwards === 'next' && client.ending === 'open') {
    client.send(nextRequest)
    await patiently(client, () => client.ending !== 'open')
  }
  await turns()
  return {
    clientText: client.buffered,
    ...read(),
    ending: client.ending,
    requests: [...lane.upstream.requests],
    upstreamTexts: lane.upstream.texts,
  }
}

async function take(step: Step, client: Peer): Promise<void> {
  if (typeof step === 'string') {
    client.send(step)
  } else if ('fin' in step) {
    client.finish()
  } else {
    await patiently(client, () => client.buffered.includes(step.until) || client.ending !== 'open')
  }
}

/** Waits until something holds. When it does not in time, that is what the case sees. */
async function patiently(client: Peer, holds: () => boolean): Promise<void> {
  await client.waitFor(holds, 'it').catch(() => undefined)
}

/** Lets what the proxy wrote to the upstream before it answered arrive here. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    const { promise, resolve } = Promise.withResolvers<void>()
    setImmediate(resolve)
    await promise
  }
}
