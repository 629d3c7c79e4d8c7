import { expect } from 'bun:test'
import { abortStreams, sendRequests } from './bed/load.ts'
import { ProxyProcess } from './bed/proxy-process.ts'
import { proxyTest } from './bed/proxy-test.ts'
import { ServiceProcess } from './bed/service-process.ts'
import { printTable } from './bed/table.ts'

/** How many requests; a million on demand, for it takes minutes where cores are few. */
const requestCount = Number(process.env['AGENT_TEST_SOAK_REQUESTS'] ?? 100_000)
const abortCount = 10_000
/** After each of these the process is looked at. */
const rounds = 5
const host = 'web.soak.localhost'

/** What the heap of a process that does nothing else moves by, up and down. */
const noiseMiB = 16

type Sample = { after: number; peakMiB: number; settledMiB: number; descriptors: number }

proxyTest(
  'memory stays flat and descriptors come back over very many requests',
  async () => {
    await using service = await ServiceProcess.start('serve.ts', ['web'])
    await using proxy = await ProxyProcess.start({ 'web.soak': service.port })
    const before = proxy.descriptors()
    const samples: Sample[] = []
    let seconds = 0
    for (let after = requestCount / rounds; after <= requestCount; after += requestCount / rounds) {
      const load = { total: requestCount / rounds, connections: 64 }
      seconds += await sendRequests({ port: proxy.port, host }, load)
      samples.push(await sampleOf(proxy, after))
    }
    const rate = Math.round(requestCount / seconds)
    printSamples(`${requestCount} requests over 64 connections, ${rate}/s`, samples)
    expect((await proxy.requireSound()).requests).toBe(requestCount)
    expect(growthOf(samples)).toBeLessThan(noiseMiB)
    await proxy.home.answer(['route', 'remove', 'web.soak'])
    await proxy.untilDescriptors(before)
  },
  600_000,
)

proxyTest(
  'memory stays flat and descriptors come back over 10,000 aborted streams',
  async () => {
    await using service = await ServiceProcess.start('serve.ts', ['web'])
    await using proxy = await ProxyProcess.start({ 'web.soak': service.port })
    const before = proxy.descriptors()
    const samples: Sample[] = []
    for (let after = abortCount / rounds; after <= abortCount; after += abortCount / rounds) {
      const load = { total: abortCount / rounds, atOnce: 50 }
      await abortStreams({ port: proxy.port, host }, load)
      await proxy.untilDescriptors(before)
      samples.push(await sampleOf(proxy, after))
    }
    printSamples(`${abortCount} streams, each cut off after its first bytes`, samples)
    const status = await proxy.requireSound()
    expect(status).toMatchObject({
      requests: abortCount,
      openConnections: 0,
      upstreamConnections: 0,
    })
    expect(growthOf(samples)).toBeLessThan(noiseMiB)
  },
  120_000,
)

async function sampleOf(proxy: ProxyProcess, after: number): Promise<Sample> {
  const peakMiB = proxy.residentMiB()
  const descriptors = proxy.descriptors()
  return { after, peakMiB, descriptors, settledMiB: await proxy.settledMiB() }
}

/** By how much the second half's least is above the first half's: a leak raises the floor. */
function growthOf(samples: readonly Sample[]): number {
  const middle = Math.floor(samples.length / 2)
  const floor = (part: readonly Sample[]): number =>
    Math.min(...part.map(({ settledMiB }) => settledMiB))
  return floor(samples.slice(middle)) - floor(samples.slice(0, middle))
}

function printSamples(heading: string, samples: readonly Sample[]): void {
  printTable(
    `${heading}; the settled memory grew by ${growthOf(samples).toFixed(1)} MiB`,
    ['AFTER', 'RSS MiB', 'SETTLED MiB', 'DESCRIPTORS'],
    samples.map(({ after, peakMiB, settledMiB, descriptors }) => [
      after,
      peakMiB.toFixed(1),
      settledMiB.toFixed(1),
      descriptors,
    ]),
  )
}
