import { expect } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AgentHome } from '../../e2e/support/agent-home.ts'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { namespacesObstacle } from '../../support/embedded-test.ts'
import {
  engineUser,
  giveTo,
  ORDINARY_UID,
  ProgramAsUser,
  type User,
} from '../../support/ordinary-user.ts'
import { escapeProbes } from './escape-probes.ts'
import { type ProbeColumn, renderProbePage } from './probe-table.ts'
import { hostService, type Judgement, judge, PROBE_ALL, writeProbes } from './probe-workspace.ts'

const PAGE = join(import.meta.dir, '../../../docs/concepts/isolation-probes.md')

type Place = { title: string; flags: readonly string[]; config: string; user?: User }

/** What all probes come to in a run that the user of this place starts. */
async function probed({ title, flags, config, user }: Place): Promise<ProbeColumn> {
  using program = user === undefined ? undefined : new ProgramAsUser(user)
  await using home = new AgentHome(program === undefined ? {} : { binary: program.file })
  await using service = await hostService()
  const workspace = home.project('probed', { 'agent.yaml': config })
  const probes = escapeProbes({ tcpPort: service.port, workspace })
  writeProbes(workspace, probes)
  if (user !== undefined) giveTo(user, home.dir)
  const output = await home.answer(['run', ...flags, workspace, '--', 'sh', '-c', PROBE_ALL])
  const judgements: Judgement[] = judge(probes, output)
  expect(judgements.filter(({ result }) => result === 'no answer')).toEqual([])
  return { title, judgements }
}

function places(): readonly Place[] {
  const embedded = { flags: ['--runtime', 'embedded'], config: 'sandbox: none\n' }
  return [
    { title: 'embedded, root', ...embedded },
    { title: 'embedded, user', ...embedded, user: { uid: ORDINARY_UID, gid: ORDINARY_UID } },
    {
      title: 'Docker, user',
      flags: ['--no-sandbox'],
      config: 'image: python:3.11-slim\n',
      user: engineUser(),
    },
  ]
}

const name = 'the documents say what every probe led to, here and in Docker'
const obstacle = process.getuid?.() === 0 ? namespacesObstacle : 'needs root, to become others'
if (obstacle !== undefined) skippedTest(name, obstacle)
else
  engineTest(
    name,
    async () => {
      const columns: ProbeColumn[] = []
      for (const place of places()) columns.push(await probed(place))
      const page = renderProbePage(columns)
      // The way to write the page anew.
      if (process.env['AGENT_WRITE_PROBES'] === '1') writeFileSync(PAGE, page)
      expect(readFileSync(PAGE, 'utf8')).toBe(page)
      expect(page).not.toContain('not explained yet')
    },
    120_000,
  )
