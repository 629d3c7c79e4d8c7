import { describe, expect, test } from 'bun:test'
import { openStores } from '../../../src/cli/stores.ts'
import { plainSpec } from '../../contract/runtime/plain-spec.ts'
import { rejectionOf } from '../../support/rejection-of.ts'
import { AnApp } from './an-app.ts'
import { startedRun } from './started-run.ts'

const IMAGE = 'agentops/run:0123456789abcdef'
const OTHER_IMAGE = 'agentops/run:fedcba9876543210'
const DIGITS = '0000000000aa'

/** One live and one ended run of ours, one stray of every kind, the same of another state folder. */
async function crowded(app: AnApp): Promise<void> {
  for (const name of [IMAGE, OTHER_IMAGE]) app.runtime.images.add(name, { 'agentops.version': '1' })
  await startedRun(app, { name: 'ended', image: IMAGE })
  await app.run('stop', 'ended')
  await startedRun(app, { name: 'live' })
  const { state } = openStores(app.context)
  const { homeId } = state
  state[Symbol.dispose]()
  for (const [home, digits] of [
    [homeId, DIGITS],
    ['another', '0000000000bb'],
  ] as const) {
    const labels = { 'agentops.home': home, 'agentops.run-id': `run_${digits}` }
    await app.runtime.create({ ...plainSpec, name: `agentops-lost-${digits}`, labels })
    await app.runtime.volumes.ensure({ name: `agentops-docker-run_${digits}`, labels })
    const name = `agentops-run_${digits}`
    await app.runtime.networks.ensure({ name, labels, interContainer: true })
  }
  app.output.answers.length = 0
}

async function held(app: AnApp): Promise<string[]> {
  const all = { 'agentops.home': undefined }
  const lists = [
    await app.runtime.list(all),
    await app.runtime.volumes.list(all),
    await app.runtime.networks.list(all),
  ]
  return lists.flat().map(({ name }) => name)
}

describe('agent clean', () => {
  test('--dry-run shows what would go and removes nothing', async () => {
    using app = new AnApp()
    await crowded(app)
    const before = await held(app)
    await app.run('clean', '--dry-run')
    const shown = app.output.answers.join('\n')
    expect(shown).toMatch(/remove {3}run {8}ended/)
    expect(shown).toContain(`remove   image      ${IMAGE}`)
    expect(shown).toContain(`remove   container  agentops-lost-${DIGITS}`)
    expect(shown).toContain('foreign  volume     agentops-docker-run_0000000000bb')
    expect(shown).not.toMatch(/remove .*(live|fedcba|00bb)/)
    expect(await held(app)).toEqual(before)
  })

  test('-f removes just that', async () => {
    using app = new AnApp()
    await crowded(app)
    const before = await held(app)
    await app.run('clean', '-f')
    expect(await held(app)).toEqual(before.filter((name) => !name.endsWith(DIGITS)))
    expect(app.runtime.images.has(IMAGE)).toBe(false)
    expect(app.runtime.images.has(OTHER_IMAGE)).toBe(true)
    app.output.answers.length = 0
    await app.run('clean', '--dry-run')
    expect(app.output.answers[0]).toBe('nothing to remove')
  })

  test('without a terminal and without -f names both ways on', async () => {
    using app = new AnApp()
    await crowded(app)
    const error = await rejectionOf(app.run('clean'))
    expect(error).toMatchObject({ fixes: ['agent clean -f', 'agent clean --dry-run'] })
  })

  test('asks on a terminal, and no is the default', async () => {
    using app = new AnApp({ isTty: true })
    await crowded(app)
    const before = await held(app)
    app.terminal.type('\n')
    await app.run('clean')
    expect(await held(app)).toEqual(before)
  })
})
