import { expect, test } from 'bun:test'
import { abortStreams, sendRequests } from './bed/load.ts'
import { ProxyProcess } from './bed/proxy-process.ts'
import { ServiceProcess } from './bed/service-process.ts'
import { printTable } from './bed/table.ts'

/** How many requests; a million on demand, for it takes minutes where cores are few. */
const requestCount = Number(process.env['AGENT_TEST_SOAK_REQUESTS'] ?? 100_000)
const abortCount = 10_000
const host = 'web.soak.localhost'

/** What the heap of a process that does nothing else moves by, up and down. */
const noiseMiB = 12

type Sample = [after: string, residentMiB: number, descriptors: number]

test('memory stays flat and descriptors come back over very many requests', async () => {
  await using service = await ServiceProcess.start('serve.ts', ['web'])
  await using proxy = await ProxyProcess.start({ 'web.soak': service.port })
  const before = proxy.descriptors()
  const samples: Sample[] = []
  const warmUp = requestCount / 5
  await sendRequests({ port: proxy.port, host }, { total: warmUp, connections: 64 })
  samples.push([`${warmUp}`, proxy.residentMiB(), proxy.descriptors()])
  let seconds = 0
  const rounds = 8
  for (let round = 1; round <= rounds; round++) {
    const total = requestCount / 10
    seconds += await sendRequests({ port: proxy.port, host }, { total, connections: 64 })
    samples.push([`${warmUp + round * total}`, proxy.residentMiB(), proxy.descriptors()])
  }
  const rate = Math.round((requestCount * 0.8) / seconds)
  printSamples(`${requestCount} requests over 64 connections, ${rate}/s`, samples)
  expect((await proxy.requireSound()).requests).toBe(requestCount)
  expect(growthOf(samples)).toBeLessThan(noiseMiB)
  await proxy.home.answer(['route', 'remove', 'web.soak'])
  await proxy.untilDescriptors(before)
}, 600_000)

test('memory stays flat and descriptors come back over 10,000 aborted streams', async () => {
  await using service = await ServiceProcess.start('serve.ts', ['web'])
  await using proxy = await ProxyProcess.start({ 'web.soak': service.port })
  const before = proxy.descriptors()
  const samples: Sample[] = []
  const target = { port: proxy.port, host }
  for (let done = 0; done < abortCount; done += abortCount / 10) {
    await abortStreams(target, { total: abortCount / 10, atOnce: 50 })
    await proxy.untilDescriptors(before)
    samples.push([`${done + abortCount / 10}`, proxy.residentMiB(), proxy.descriptors()])
  }
  printSamples(`${abortCount} streams, each cut off after its first bytes`, samples)
  const status = await proxy.requireSound()
  expect(status).toMatchObject({ requests: abortCount, openConnections: 0, upstreamConnections: 0 })
  expect(growthOf(samples.slice(1))).toBeLessThan(noiseMiB)
}, 120_000)

/** By how much the second half's least is above the first half's: a leak raises the floor. */
function growthOf(samples: readonly Sample[]): number {
  const middle = Math.floor(samples.length / 2)
  const floor = (part: readonly Sample[]): number => Math.min(...part.map(([, mib]) => mib))
  return floor(samples.slice(middle)) - floor(samples.slice(0, middle))
}

function printSamples(heading: string, samples: readonly Sample[]): void {
  printTable(
    heading,
    ['AFTER', 'RSS MiB', 'DESCRIPTORS'],
    samples.map(([after, mib, descriptors]) => [after, mib.toFixed(1), descriptors]),
  )
}
