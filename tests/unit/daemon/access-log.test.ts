import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { AccessLog, olderAccessLog } from '../../../src/daemon/access-log.ts'
import { type AccessLine, decodeAccessLine } from '../../../src/daemon/access-line.ts'
import { LifeCycle } from '../run/life-cycle.ts'

function line(path: string): AccessLine {
  return {
    time: '2026-01-02T03:04:05.000Z',
    direction: 'in',
    peer: 'web',
    method: 'GET',
    path,
    status: 200,
    bytes: 1,
    durationMs: 1,
  }
}

describe('the access log', () => {
  test('keeps the lines of each run in its own file', async () => {
    await using life = new LifeCycle()
    const { context } = life
    const { run: one } = await life.start({ name: 'one' })
    const { run: two } = await life.start({ name: 'two' })
    const complaints: string[] = []
    const log = new AccessLog(context, (text) => complaints.push(text))
    log.add(one.id, () => line('/a'))
    log.add(two.id, () => line('/b'))
    log.add(one.id, () => line('/c'))
    await log[Symbol.asyncDispose]()
    const kept = readFileSync(context.paths.runAccess(one.id), 'utf8').trim().split('\n')
    expect(kept.map((json) => decodeAccessLine(json)?.path)).toEqual(['/a', '/c'])
    expect(statSync(context.paths.runAccess(two.id)).mode & 0o777).toBe(0o600)
    expect(complaints).toEqual([])
  })

  test('has the lines in the order of the requests, and builds them after these', async () => {
    await using life = new LifeCycle()
    const { run } = await life.start()
    const paths = Array.from({ length: 1000 }, (_, number) => `/${number}`)
    let built = 0
    {
      await using log = new AccessLog(life.context, () => undefined)
      log.add(run.id, () => {
        built += 1
        return line('/0')
      })
      expect(built).toBe(0)
      for (const path of paths.slice(1)) log.add(run.id, () => line(path))
    }
    const text = readFileSync(life.context.paths.runAccess(run.id), 'utf8')
    const kept = text.trimEnd().split('\n').map(decodeAccessLine)
    expect(kept.map((read) => read?.path)).toEqual(paths)
  })

  test('of a run that is not there is nothing', async () => {
    await using life = new LifeCycle()
    const log = new AccessLog(life.context, () => undefined)
    log.add('run_0123456789ab', () => line('/a'))
    await log[Symbol.asyncDispose]()
    expect(existsSync(life.context.paths.runDir('run_0123456789ab'))).toBe(false)
  })

  test('begins a new file when one is full, and keeps the one before', async () => {
    await using life = new LifeCycle()
    const { context } = life
    const { run } = await life.start()
    const path = context.paths.runAccess(run.id)
    const write = async (text: string): Promise<void> => {
      const log = new AccessLog(context, () => undefined)
      log.add(run.id, () => line(text))
      await log[Symbol.asyncDispose]()
    }
    await write('x'.repeat(9 * 1024 * 1024))
    await write('/second')
    await write('/third')
    expect(statSync(olderAccessLog(path)).size).toBeGreaterThan(8 * 1024 * 1024)
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2)
    rmSync(path)
  })
})
