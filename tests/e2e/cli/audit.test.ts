import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { firstLink, formatEntry, nextEntry } from '../../../src/run/audit-chain.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { embeddedTest } from '../../support/embedded-test.ts'
import { AgentHome, homeWithoutEngine } from '../support/agent-home.ts'

/** As many entries with a chain that holds, and another story. */
function rewriteWhole(runId: string, text: string): string {
  let head = { count: 0, hash: firstLink(runId) }
  const lines = text
    .trimEnd()
    .split('\n')
    .map((_line, index) => {
      const data = { program: `other ${index}`, interactive: false }
      const entry = nextEntry(head, 0, { type: 'exec', data })
      head = { count: entry.seq, hash: entry.hash }
      return formatEntry(entry)
    })
  return lines.join('')
}

/** A run that ended; its log is found intact, and then every way to change it is found. */
async function provesItself(
  home: AgentHome,
  flags: readonly string[],
  yaml: string,
): Promise<void> {
  const project = home.project('p', { 'agent.yaml': yaml })
  await home.agent([
    'run',
    ...flags,
    '--name',
    'a',
    '-e',
    'KEY=hush',
    project,
    '--',
    'sh',
    '-c',
    'exit 3',
  ])
  const id = /run_[0-9a-f]{12}/.exec(await home.answer(['list', '-a']))?.[0] ?? ''
  const file = join(home.stateDir, 'runs', id, 'audit.jsonl')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await home.answer(['audit', 'a', '--verify'])).toBe('INTACT, 3 entries')
  const shown = await home.answer(['audit', 'a'])
  for (const fact of ['created', 'started', 'failed, exit code 3', 'variables KEY'])
    expect(shown).toContain(fact)
  const text = readFileSync(file, 'utf8')
  expect(text).not.toContain('hush')
  const [one, two, three] = text.split('\n')
  const rewritten = rewriteWhole(id, text)
  const changes: readonly (readonly [text: string, found: string])[] = [
    [text.replace('"program":"sh"', '"program":"sH"'), 'TAMPERED at entry 1: its content'],
    [`${one}\n${three}\n`, 'TAMPERED at entry 2: entry 3 stands where entry 2 should'],
    [`${one}\n${two}\n`, 'TAMPERED at entry 3: the end was cut off: 2 of 3'],
    [rewritten, 'TAMPERED at entry 3: the log was rewritten'],
    [`${two}\n${one}\n${three}\n`, 'TAMPERED at entry 1: entry 2 stands'],
  ]
  for (const [changed, found] of changes) {
    writeFileSync(file, changed)
    const { code, stdout } = await home.agent(['audit', 'a', '--verify'])
    expect(stdout).toStartWith(found)
    expect(code).toBe(1)
  }
  writeFileSync(file, text)
  const out = join(home.dir, 'out.jsonl')
  await home.answer(['audit', 'a', '--export', out])
  expect(readFileSync(out, 'utf8')).toStartWith('{"schema":"agent-audit/1"')
  expect((await home.agent(['audit', 'a', '--export', out])).code).toBe(2)
  await home.answer(['destroy', 'a'])
  expect([existsSync(file), existsSync(out)]).toEqual([false, true])
  rmSync(out)
}

engineTest('the audit log of a run on an engine shows what was done to it', async () => {
  await using home = new AgentHome()
  await provesItself(home, ['--no-sandbox'], 'image: busybox:latest\n')
})

embeddedTest(
  'the audit log of a run without an engine shows what was done to it',
  async () => {
    await using home = homeWithoutEngine()
    await provesItself(home, ['--runtime', 'embedded'], '')
  },
  30_000,
)
