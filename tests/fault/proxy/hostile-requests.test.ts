import { expect } from 'bun:test'
import { hostileRequests } from './bed/hostile-requests.ts'
import { outcomeOf } from './bed/outcome.ts'
import { ProxyProcess } from './bed/proxy-process.ts'
import { proxyTest } from './bed/proxy-test.ts'
import { readRequests } from './bed/strict-requests.ts'
import { printTable } from './bed/table.ts'
import { RecordingService } from './bed/recording-service.ts'

proxyTest(
  'foreign names and smuggled requests are refused with their status, and never reach an upstream',
  async () => {
    using service = await RecordingService.listen()
    await using proxy = await ProxyProcess.start({ 'web.fault': service.port })
    const results: { name: string; gets: string; passes: number }[] = []
    for (const { name, request } of hostileRequests) {
      using client = await proxy.client()
      client.send(request)
      const outcome = await outcomeOf(client)
      const { messages, rest } = readRequests(service.take())
      expect({ name, rest }).toEqual({ name, rest: 'nothing' })
      for (const { target } of messages) expect(target).toBe('/')
      results.push({ name, gets: outcome.replace(' whole', ''), passes: messages.length })
    }
    printTable(
      `${results.length} hostile requests`,
      ['REQUEST', 'GETS', 'REACH THE UPSTREAM'],
      results.map(({ name, gets, passes }) => [name, gets, passes]),
    )
    expect(results).toEqual(
      hostileRequests.map(({ name, gets, passes = 0 }) => ({ name, gets, passes })),
    )
    await proxy.requireSound()
  },
  30_000,
)
