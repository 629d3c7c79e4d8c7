import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'bun:test'
import { openState } from '../../../src/state/open-state.ts'
import { insertRun } from '../../support/run-row.ts'
import { CompletionHome } from './completion-home.ts'

test('commands, subcommands, flags and choices come from the parser', async () => {
  using home = new CompletionHome()
  const commands = await home.values('')
  for (const command of ['run', 'completion', 'help']) expect(commands).toContain(command)
  expect(await home.values('st')).toEqual(['stop', 'status'])
  expect(await home.values('route', 're')).toEqual(['remove'])
  expect(await home.values('help', 'ver')).toEqual(['version'])
  expect(await home.values('run', '--sandbox', 'g')).toEqual(['gvisor'])
  expect(await home.values('run', '--sandbox=g')).toEqual(['--sandbox=gvisor'])
  expect(await home.values('stop', '--a')).toEqual(['--all'])
  expect(await home.values('stop', '--all', '--a')).toEqual([])
  expect(await home.values('run', '--env', 'A=1', '--env')).toEqual(['--env', '--env-file'])
  expect(await home.values('completion', 'z')).toEqual(['zsh'])
  expect(await home.values('deps', 'info', 'pyth')).toContain('python')
})

test('names of runs, services and routes come from the state', async () => {
  using home = new CompletionHome()
  for (const command of ['attach', 'exec', 'stop', 'url', 'open'])
    expect([command, await home.values(command, '')]).toEqual([command, ['demo']])
  // A name that a live run has means that one; the ended one is reached by its id.
  for (const command of ['destroy', 'logs', 'audit'])
    expect(await home.values(command, '')).toEqual(['demo', 'over', 'run_000000000003'])
  expect(await home.values('stop', 'run_')).toEqual(['run_000000000001'])
  expect(await home.values('stop', 'demo', '')).toEqual([])
  expect(await home.values('url', 'demo', '')).toEqual(['web'])
  expect(await home.values('open', 'run_000000000001', 'w')).toEqual(['web'])
  expect(await home.values('route', 'remove', '')).toEqual(['vite.mine'])
  expect(await home.values('route', 'rm', '')).toEqual(['vite.mine'])
})

test('paths are left to the shell', async () => {
  using home = new CompletionHome()
  expect(await home.values('run', '')).toEqual([':folders'])
  expect(await home.values('run', '--env-file', '')).toEqual([':files'])
  expect(await home.values('audit', 'demo', '--export=')).toEqual([':files'])
  expect(await home.values('exec', 'demo', '--', 'l')).toEqual([':files'])
})

test('a name that could move the cursor is not offered', async () => {
  using home = new CompletionHome()
  using state = openState(home.stateDir, { uid: process.getuid?.() ?? -1 })
  insertRun(state, 'run_000000000004', 'e\u001b[2Jvil')
  expect(await home.values('stop', '')).toEqual(['demo'])
})

test('without a state, and with one that is no database, nothing is offered, made or said', async () => {
  using home = new CompletionHome()
  rmSync(home.stateDir, { recursive: true })
  expect(await home.values('stop', '')).toEqual([])
  expect(existsSync(home.stateDir)).toBe(false)
  writeFileSync(home.stateDir, 'a file')
  expect(await home.values('stop', '')).toEqual([])
})

test('no background process is started', async () => {
  using home = new CompletionHome()
  await home.values('url', 'demo', '')
  expect(readdirSync(home.stateDir).filter((name) => name.startsWith('daemon'))).toEqual([])
  expect(existsSync(join(home.stateDir, 'sockets'))).toBe(false)
})
