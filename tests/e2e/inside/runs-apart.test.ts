import { expect } from 'bun:test'
import * as z from 'zod'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { boundaries, type Boundary, BoundaryHome, obstacleTo } from '../strict/boundaries.ts'
import { DIAL_PROGRAM, type Place, readDialled } from '../strict/dial-program.ts'
import { docker, get, until } from '../support/agent-home.ts'
import { HomeView } from '../../fault/support/home-view.ts'

const LIMIT_MS = 120_000

const inspected = z.tuple([
  z.object({
    Name: z.string(),
    NetworkSettings: z.object({
      Networks: z.object({ agentops: z.object({ IPAddress: z.string() }) }),
    }),
  }),
])

/** Where the service of a run would be if the network let anybody there: its address, its name. */
async function placesOf(runId: string): Promise<Place[]> {
  const id = await docker(['ps', '-q', '--filter', `label=agentops.run-id=${runId}`])
  const [{ Name, NetworkSettings }] = inspected.parse(JSON.parse(await docker(['inspect', id])))
  const { IPAddress } = NetworkSettings.Networks.agentops
  const hosts = [IPAddress, Name.slice(1), id]
  return hosts.map((host) => ({ way: 'tcp', host, port: 3000 }))
}

async function expectApart(boundary: Boundary): Promise<void> {
  await using opened = await BoundaryHome.open(boundary)
  const { home, flags } = opened
  const files = {
    'agent.yaml': 'image: node:22-slim\nports: { web: 3000 }\n',
    'dial.cjs': DIAL_PROGRAM,
  }
  const project = home.project('p', files)
  const names = ['one', 'two']
  for (const name of names) {
    const start = ['run', '-d', ...flags, '--name', name, project]
    await home.answer([...start, '--', 'node', '/workspace/dial.cjs'])
    const url = await home.answer(['url', name])
    await until(`${name} is reached from here`, async () => (await get(url)).status === 200)
  }
  const view = new HomeView(home)
  const places = await Promise.all(names.map((name) => placesOf(view.run(name)?.id ?? '')))
  for (const [at, name] of names.entries()) {
    const [[own], others] = [places[at] ?? [], places[1 - at] ?? []]
    const asked = JSON.stringify([own, ...others])
    const said = await home.answer(['exec', name, '--', 'node', '/workspace/dial.cjs', asked])
    expect(readDialled(said)).toEqual(['open', 'closed', 'closed', 'closed'])
  }
}

for (const boundary of boundaries) {
  const title = `two runs in ${boundary} do not reach each other, by address or by name; their services are reached from here`
  const reason = await obstacleTo(boundary)
  if (reason === undefined) engineTest(title, () => expectApart(boundary), LIMIT_MS)
  else skippedTest(title, reason)
}
