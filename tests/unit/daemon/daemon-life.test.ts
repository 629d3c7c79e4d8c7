import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { awaitService } from '../../../src/daemon/await-service.ts'
import { type ControlClient, DaemonGoneError } from '../../../src/daemon/control-client.ts'
import { readDaemonRow } from '../../../src/daemon/daemon-row.ts'
import { findDaemon } from '../../../src/daemon/find-daemon.ts'
import { handOver } from '../../../src/daemon/hand-over.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { eventually } from '../run/life-cycle.ts'
import { Daemons } from './daemons.ts'

describe('the background process', () => {
  test('proves by its nonce that it is the one in the database', async () => {
    await using daemons = new Daemons()
    expect(await findDaemon(daemons.state)).toBeUndefined()
    await daemons.start()
    using client = await daemons.connection()
    const { nonce, pid, version } = await client.hello()
    const row = readDaemonRow(daemons.state)
    expect(row).toMatchObject({ nonce, version, process: { pid }, pinned: false })
    expect(row?.socketPath).toBe(daemons.life.context.paths.controlSocket)
  })

  test('whose row names another nonce is none', async () => {
    await using daemons = new Daemons()
    await daemons.start()
    const nonce = readDaemonRow(daemons.state)?.nonce ?? ''
    daemons.state.db.prepare("UPDATE daemon SET nonce = 'x'").run()
    expect(await findDaemon(daemons.state)).toBeUndefined()
    daemons.state.db.prepare('UPDATE daemon SET nonce = ?').run(nonce)
  })

  test('ends when nothing needs it, and takes its row and socket along', async () => {
    await using daemons = new Daemons()
    const { ended } = await daemons.start({ idleMs: 0 })
    await ended
    expect(readDaemonRow(daemons.state)).toBeUndefined()
    expect(existsSync(daemons.life.context.paths.controlSocket)).toBe(false)
    expect(daemons.logs).toEqual(['ending: idle'])
  })

  test('stays for a live run and for a static route, and goes after them', async () => {
    await using daemons = new Daemons()
    const { life } = daemons
    const upstream = { kind: 'address', host: '127.0.0.1', port: 1 } as const
    const { run, container } = await life.start({ name: 'other' })
    life.context.routes.addStatic({ service: 'web', agent: 'mine' }, upstream)
    life.supervisor.leave()
    const { ended } = await daemons.start({ idleMs: 0 })
    await life.engine.kill(container, 'SIGKILL')
    await eventually(() => life.run(run.id)?.cleanedAtMs)
    expect(await findDaemon(daemons.state)).toBeDefined()
    life.context.routes.removeStatic({ service: 'web', agent: 'mine' })
    await ended
    expect(readDaemonRow(daemons.state)).toBeUndefined()
  })

  test('that finds another one serving steps back and disturbs nothing', async () => {
    await using daemons = new Daemons()
    await daemons.start()
    using client = await daemons.connection()
    const { ended } = await daemons.start()
    await ended
    const { nonce } = await client.hello()
    expect(readDaemonRow(daemons.state)?.nonce).toBe(nonce)
  })
})

describe('a service', () => {
  test('says that it is one, and that it handed over', async () => {
    await using daemons = new Daemons()
    const { ended } = await daemons.start({ service: true })
    expect(await awaitService(daemons.state, AbortSignal.timeout(5000))).toBe(true)
    const client = await daemons.connection()
    expect(await client.proxyStatus()).toMatchObject({ service: true })
    await handOver(client)
    expect(await ended).toBe('handed over')
  })

  test('is not any other background process', async () => {
    await using daemons = new Daemons()
    expect(await awaitService(daemons.state, AbortSignal.abort())).toBe(false)
    const { ended } = await daemons.start({ idleMs: 0 })
    expect(await awaitService(daemons.state, AbortSignal.abort())).toBe(false)
    expect(await ended).toBe('done')
  })
})

describe('a run that a command holds', () => {
  test('is stopped when the connection ends', async () => {
    await using daemons = new Daemons()
    await daemons.start()
    const { client, runId } = await held(daemons)
    client[Symbol.dispose]()
    await eventually(() => daemons.life.run(runId)?.cleanedAtMs)
    expect(daemons.life.run(runId)).toMatchObject({ state: 'stopped', exitCode: 143 })
  })

  test('goes on when the background process hands over, and is held by the next one', async () => {
    await using daemons = new Daemons()
    const first = await daemons.start()
    const { client, runId } = await held(daemons)
    await handOver(await daemons.connection())
    await client.closed
    expect(await rejectionOf(client.hello())).toBeInstanceOf(DaemonGoneError)
    await first.ended
    expect(daemons.life.run(runId)?.state).toBe('running')

    await daemons.start()
    const next = await daemons.connection()
    await next.hold(runId)
    expect(daemons.life.run(runId)?.state).toBe('running')
    next[Symbol.dispose]()
    await eventually(() => daemons.life.run(runId)?.cleanedAtMs)
    expect(daemons.life.run(runId)?.state).toBe('stopped')
  })

  test('goes on when the background process is told to end', async () => {
    await using daemons = new Daemons()
    const { ended } = await daemons.start()
    const { runId } = await held(daemons)
    process.emit('SIGTERM')
    await ended
    expect(daemons.life.run(runId)?.state).toBe('running')
    expect(await daemons.life.engine.list({})).toMatchObject([{ phase: 'running' }])
  })

  test('and released goes on without its command', async () => {
    await using daemons = new Daemons()
    await daemons.start()
    const { client, runId } = await held(daemons)
    daemons.life.context.runs.detach(runId)
    await client.release(runId)
    client[Symbol.dispose]()
    await (await daemons.connection()).hello()
    expect(daemons.life.run(runId)?.state).toBe('running')
  })
})

describe('its proxy', () => {
  test('listens when it is wanted, on the port it says, until it is stopped by name', async () => {
    await using daemons = new Daemons()
    await daemons.start()
    using client = await daemons.connection()
    expect(await client.proxyStatus()).toMatchObject({ listening: false, addresses: [] })
    const port = await client.ensureProxy({ port: 0, source: 'asked', pin: true })
    expect(port).toBeGreaterThan(0)
    expect(readDaemonRow(daemons.state)).toMatchObject({ proxyPort: port, pinned: true })
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { Host: 'localhost' } })
    expect(answer.status).toBe(200)
    expect(await client.proxyStatus()).toMatchObject({ listening: true, port, pinned: true })
    await client.stopProxy()
    expect(readDaemonRow(daemons.state)).toMatchObject({ pinned: false })
    expect(readDaemonRow(daemons.state)?.proxyPort).toBeUndefined()
    await rejectionOf(fetch(`http://127.0.0.1:${port}/`))
  })

  test('is one: a default gives way to the port it has, a wish is refused', async () => {
    await using daemons = new Daemons()
    await daemons.start()
    using client = await daemons.connection()
    const port = await client.ensureProxy({ port: 0, source: 'asked', pin: false })
    expect(await client.ensureProxy({ port: 8080, source: 'default', pin: false })).toBe(port)
    expect(await client.ensureProxy({ port, source: 'asked', pin: false })).toBe(port)
    const other = port === 8081 ? 8082 : 8081
    const error = await rejectionOf(
      client.ensureProxy({ port: other, source: 'asked', pin: false }),
    )
    expect(error.message).toContain(`port ${port} already`)
    expect(error).toMatchObject({ exitCode: 2 })
  })

  test('asked for by many at once starts once', async () => {
    await using daemons = new Daemons()
    await daemons.start()
    using client = await daemons.connection()
    const wishes = Array.from({ length: 10 }, () =>
      client.ensureProxy({ port: 0, source: 'default', pin: false }),
    )
    expect(new Set(await Promise.all(wishes)).size).toBe(1)
  })

  test('is where it was after a change of background processes, for the URLs given out', async () => {
    await using daemons = new Daemons()
    const first = await daemons.start()
    const port = await (
      await daemons.connection()
    ).ensureProxy({ port: 0, source: 'asked', pin: true })
    await handOver(await daemons.connection())
    await first.ended
    await daemons.start()
    expect(await (await daemons.connection()).proxyStatus()).toMatchObject({ port, pinned: true })
  })
})

async function held(daemons: Daemons): Promise<{ client: ControlClient; runId: string }> {
  const { run } = await daemons.life.start({ attached: true, services: [] })
  daemons.life.supervisor.leave()
  const client = await daemons.connection()
  await client.hold(run.id)
  return { client, runId: run.id }
}
