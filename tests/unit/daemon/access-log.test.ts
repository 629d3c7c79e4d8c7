import { readFileSync } from 'node:fs'
import { expect, test } from 'bun:test'
import { type AccessLine, decodeAccessLine } from '../../../src/daemon/access-line.ts'
import { AccessLog } from '../../../src/daemon/access-log.ts'
import { newRunId } from '../../../src/run/run-id.ts'
import { LifeCycle } from '../run/life-cycle.ts'

const line = (number: number): AccessLine => ({
  time: '2026-01-02T03:04:05.000Z',
  direction: 'in',
  peer: 'web',
  method: 'GET',
  path: `/${number}`,
  status: 200,
  bytes: 12,
  durationMs: 1.2,
})

test('lines are in the order of the requests, however many there are, and built after these', async () => {
  await using life = new LifeCycle()
  const runId = newRunId()
  await life.start({}, { runId })
  const numbers = Array.from({ length: 1000 }, (_, number) => number)
  const complaints: string[] = []
  let built = 0
  {
    await using log = new AccessLog(life.context, (text) => complaints.push(text))
    log.add(runId, () => {
      built += 1
      return line(0)
    })
    expect(built).toBe(0)
    for (const number of numbers.slice(1)) log.add(runId, () => line(number))
  }
  expect(complaints).toEqual([])
  const text = readFileSync(life.context.paths.runAccess(runId), 'utf8')
  const lines = text.trimEnd().split('\n').map(decodeAccessLine)
  expect(lines.map((read) => read?.path)).toEqual(numbers.map((number) => `/${number}`))
})
