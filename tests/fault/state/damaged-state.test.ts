import { expect } from 'bun:test'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { tryLock } from '../../../src/platform/file-lock.ts'
import type { StatePaths } from '../../../src/platform/state-paths.ts'
import { openState } from '../../../src/state/open-state.ts'
import { AgentHome, until } from '../../e2e/support/agent-home.ts'
import { haveEnded, identityOf, signalProcess } from '../../engine/engine-processes.ts'
import { engineTest } from '../../engine/test-engine.ts'
import { untilInOrder, untilNothingIsLeft } from '../crash/recovery.ts'
import { HomeView } from '../support/home-view.ts'
import { servedProject } from '../support/served-project.ts'

const commands: [command: string[], code: number][] = [
  [['list'], 1],
  [['status'], 1],
  [['run', '-d', '--no-sandbox', '--name', 'c', '.'], 125],
  [['stop', '--all'], 1],
  [['destroy', '--all'], 1],
  [['proxy', 'start'], 1],
]

const damages: Record<string, (file: string) => void> = {
  'cut to its first page': (file) => truncateSync(file, 4096),
  'cut to 100 bytes': (file) => truncateSync(file, 100),
  'something else': (file) => writeFileSync(file, 'somebody wants this\n'.repeat(300)),
}

engineTest(
  'a damaged state.db is told by every command and left as it is; once it is put back all goes on',
  async () => {
    await using home = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '1' } })
    const view = new HomeView(home)
    const project = servedProject(home)
    for (const name of ['a', 'b'])
      await home.answer(['run', '-d', '--no-sandbox', '--name', name, project])
    const daemon = identityOf(view.daemonPid() ?? 0)
    if (daemon === undefined) throw new Error('there is no background process')
    signalProcess(daemon, 'SIGKILL')
    expect(await haveEnded([daemon], 5000)).toBe(true)
    const file = join(home.stateDir, 'state.db')
    const copy = join(home.dir, 'copy')
    // Whoever closes it last puts everything into the one file; the killed one's threads may still be at it.
    await until('all is in one file', () => {
      openState(home.stateDir, { uid: 0 }).close()
      return !existsSync(`${file}-wal`)
    })
    copyFileSync(file, copy)
    for (const [name, damage] of Object.entries(damages)) {
      damage(file)
      const before = readFileSync(file)
      for (const [command, code] of commands) {
        const end = await home.agent(command, { cwd: project })
        expect({ name, command, code: end.code }).toEqual({ name, command, code })
        expect(end.stderr).toContain(`${file} is damaged, or not a database of agent`)
        expect(end.stderr).toContain('fix:')
      }
      expect(readFileSync(file).equals(before)).toBe(true)
      copyFileSync(copy, file)
    }
    expect(await view.containers()).toHaveLength(2)
    await home.answer(['list'])
    await until('the background process is back', () => view.daemonPid() !== undefined)
    await untilInOrder(view)
    await home.answer(['stop', '--all', '--time', '0'])
    await untilNothingIsLeft(view)
    console.log(
      `${Object.keys(damages).length} damages, ${commands.length} commands each: told, nothing changed`,
    )
  },
  60_000,
)

const locks: [name: string, lock: (paths: StatePaths) => string, words: string][] = [
  ['daemon.lock', ({ daemonLock }) => daemonLock, 'another background process does not end'],
  ['spawn.lock', ({ spawnLock }) => spawnLock, 'another agent process has held'],
]

engineTest(
  'a start while a foreign process holds a lock of ours ends with the reason and leaves nothing; then one succeeds',
  async () => {
    await Promise.all(locks.map(([name, lockOf, words]) => startWhileHeld(name, lockOf, words)))
  },
  90_000,
)

async function startWhileHeld(
  name: string,
  lockOf: (paths: StatePaths) => string,
  words: string,
): Promise<void> {
  await using home = new AgentHome({ env: { AGENTOPS_DAEMON_IDLE: '1' } })
  const view = new HomeView(home)
  const start = ['run', '-d', '--no-sandbox', '--name', 'a', servedProject(home)]
  mkdirSync(home.stateDir, { recursive: true, mode: 0o700 })
  {
    using lock = tryLock(lockOf(view.paths))
    expect(lock).toBeDefined()
    const startedMs = performance.now()
    const { code, stderr } = await home.agent(start)
    const ms = performance.now() - startedMs
    expect(code).toBe(125)
    expect(stderr).toContain(words)
    expect(stderr).toContain(lockOf(view.paths))
    expect(ms).toBeLessThan(35_000)
    console.log(`${name} held: told after ${(ms / 1000).toFixed(1)} s`)
    expect(await view.containers()).toEqual([])
  }
  await home.answer(start)
  await home.answer(['stop', 'a', '--time', '0'])
  await untilNothingIsLeft(view)
}
