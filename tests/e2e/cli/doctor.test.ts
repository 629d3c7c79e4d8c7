import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { z } from 'zod'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome } from '../support/agent-home.ts'

const findingsSchema = z.array(
  z.strictObject({
    check: z.string(),
    outcome: z.enum(['ok', 'notice', 'broken']),
    detail: z.string(),
    fix: z.array(z.string()).min(1).optional(),
  }),
)

async function doctor(home: AgentHome, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await home.agent(['doctor', '--json'], { env })
  expect(stderr).toBe('')
  const findings = findingsSchema.parse(JSON.parse(stdout))
  return { code, of: (check: string) => findings.filter((finding) => finding.check === check) }
}

engineTest('doctor finds nothing broken where runs work, and makes nothing', async () => {
  await using home = new AgentHome()
  const found = await doctor(home)
  expect(found.code).toBe(0)
  expect(found.of('runtime docker')).toMatchObject([{ outcome: 'ok' }])
  for (const check of ['gvisor', 'buildkit', 'names inside runs', 'state'])
    expect([check, found.of(check).length]).toEqual([check, 1])
  for (const check of ['background process', 'proxy port', 'resolver'])
    expect([check, found.of(check).length]).toEqual([check, 1])
  // Where the state is, and where the engine keeps what it has.
  expect(found.of('disk space').map(({ outcome }) => outcome)).not.toContain('broken')
  expect(existsSync(home.stateDir)).toBe(false)
  const { stdout } = await home.agent(['doctor'])
  expect(stdout).toMatch(/^ok {6}runtime docker {6}Docker Engine /m)
})

engineTest('doctor knows our own proxy, and whose port another one is', async () => {
  await using home = new AgentHome()
  const started = z.object({ port: z.number() }).parse(await home.json(['proxy', 'start']))
  const ours = await doctor(home)
  expect(ours.of('proxy port')).toMatchObject([
    { outcome: 'ok', detail: `our proxy listens on port ${started.port}` },
  ])
  expect(ours.of('background process')[0]?.detail).toMatch(/^process \d+, up /)
  using stranger = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() })
  await using other = new AgentHome()
  const busy = await doctor(other, { AGENTOPS_PROXY_PORT: String(stranger.port) })
  expect(busy.code).toBe(1)
  expect(busy.of('proxy port')).toMatchObject([{ outcome: 'broken' }])
  expect(busy.of('proxy port')[0]?.detail).toContain(`(pid ${process.pid})`)
})

engineTest('doctor says why there is no engine, and what runs can do without one', async () => {
  await using home = new AgentHome()
  const nowhere = `unix://${join(home.dir, 'no.sock')}`
  const named = await doctor(home, { DOCKER_HOST: nowhere })
  expect(named.code).toBe(1)
  const [engine] = named.of('runtime docker')
  expect(engine).toMatchObject({ outcome: 'broken' })
  expect(engine?.detail).toContain(`no engine at ${nowhere}`)
  const without = await doctor(home, { DOCKER_HOST: nowhere, AGENTOPS_RUNTIME: 'embedded' })
  expect(without.of('runtime docker')).toMatchObject([{ outcome: 'notice' }])
  // Whether namespaces can be made is the machine's affair; what follows from it is ours.
  const [embedded] = without.of('runtime embedded')
  expect(without.code).toBe(embedded?.outcome === 'ok' ? 0 : 1)
  expect(embedded?.fix === undefined).toBe(embedded?.outcome === 'ok')
})
