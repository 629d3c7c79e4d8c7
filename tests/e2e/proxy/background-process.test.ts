import { rmSync } from 'node:fs'
import { expect } from 'bun:test'
import { z } from 'zod'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, until } from '../support/agent-home.ts'

const status = z.looseObject({ pid: z.number(), pinned: z.boolean(), listening: z.boolean() })

engineTest('a background process that nobody can find any more ends', async () => {
  await using home = new AgentHome()
  await home.answer(['proxy', 'start'])
  const { pid, ...facts } = status.parse(await home.json(['proxy', 'status']))
  expect(facts).toMatchObject({ pinned: true, listening: true })
  rmSync(home.stateDir, { recursive: true })
  await until('it has ended', () => !isAlive(pid))
})

engineTest('what a foreground proxy was told ends with it', async () => {
  await using home = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '0' } })
  const foreground = home.spawn(['proxy', 'start', '--foreground'])
  await until('it listens', async () =>
    (await home.answer(['proxy', 'status'])).includes(` ${foreground.pid},`),
  )
  expect(status.parse(await home.json(['proxy', 'status']))).toMatchObject({
    listening: true,
    pinned: false,
  })
  // Nothing else needs it, and it stays: several looks at whether it is needed pass.
  await Bun.sleep(1000)
  expect(isAlive(foreground.pid)).toBe(true)
  await home.answer(['proxy', 'stop'])
  await until('it has ended', () => !isAlive(foreground.pid))
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
