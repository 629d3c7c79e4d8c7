import { expect } from 'bun:test'
import { rmSync, writeFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type AgentHome, until } from '../../e2e/support/agent-home.ts'
import type { Finished } from '../../support/finished.ts'
import { haveEnded, identityOf, signalProcess } from '../../engine/engine-processes.ts'
import { untilInOrder, untilNothingIsLeft } from '../crash/recovery.ts'
import type { HomeView } from '../support/home-view.ts'
import { servedProject } from '../support/served-project.ts'
import { diskDrill } from './on-a-disk.ts'

/** Exit code and words of each command that has to write; those that read go on. */
const writers: [command: string[], code: number][] = [
  [['run', '-d', '--no-sandbox', '--name', 'c', '.'], 125],
  [['run', '--no-sandbox', '--name', 'd', '.'], 125],
  [['stop', 'a'], 1],
  [['destroy', 'b'], 1],
  [['proxy', 'start'], 1],
  [['route', 'add', 'x.y', '9'], 1],
]
const readers = [
  ['list'],
  ['list', '-a'],
  ['url', 'a'],
  ['logs', 'a'],
  ['status'],
  ['proxy', 'status'],
]

async function expectRefusals(home: AgentHome, project: string, words: RegExp): Promise<void> {
  for (const command of readers) expect((await home.agent(command)).code).toBe(0)
  for (const [command, code] of writers) {
    const end = await home.agent(command, { cwd: project })
    expect({ command, code: end.code, stdout: end.stdout }).toEqual({ command, code, stdout: '' })
    expectClear(end, words)
  }
}

/** What is wrong and a fix, and nothing of the system's or a library's words. */
function expectClear({ stderr }: Finished, words: RegExp): void {
  expect(stderr).toMatch(words)
  expect(stderr).toContain('fix:')
  expect(stderr).not.toMatch(/E[A-Z]{4,}:|SQLITE|--verbose/)
}

async function killDaemon(view: HomeView): Promise<void> {
  const daemon = identityOf(view.daemonPid() ?? 0)
  if (daemon === undefined) throw new Error('there is no background process')
  signalProcess(daemon, 'SIGKILL')
  expect(await haveEnded([daemon], 5000)).toBe(true)
}

diskDrill(
  'a state folder that cannot be written: reading goes on, the rest says so, nothing is lost',
  async ({ home, view, disk }) => {
    const project = servedProject(home)
    for (const name of ['a', 'b'])
      await home.answer(['run', '-d', '--no-sandbox', '--name', name, project])
    await killDaemon(view)
    // The threads of a killed process let go of its files one after the other.
    await until('nobody writes there', () => disk.setReadonly(true), 5000)
    await expectRefusals(home, project, /cannot (write|make the folder|use the lock file)/)
    expect(view.runs().map(({ name, state }) => `${name} ${state}`)).toEqual([
      'b running',
      'a running',
    ])
    expect(await view.containers()).toHaveLength(2)
    expect(disk.setReadonly(false)).toBe(true)
    await home.answer(['list'])
    await until('the background process is back', () => view.daemonPid() !== undefined)
    await untilInOrder(view)
    await home.answer(['stop', '--all', '--time', '0'])
    await untilNothingIsLeft(view)
  },
)

diskDrill(
  'a full disk: reading goes on, the rest says so, nothing is lost',
  async ({ home, view, disk }) => {
    const project = servedProject(home)
    for (const name of ['a', 'b'])
      await home.answer(['run', '-d', '--no-sandbox', '--name', name, project])
    fill(disk.path)
    await expectRefusals(home, project, /no room left|on a disk with room left/)
    expect(view.runs().map(({ name, state }) => `${name} ${state}`)).toEqual([
      'b running',
      'a running',
    ])
    expect(await view.containers()).toHaveLength(2)
    makeRoom(disk.path)
    await home.answer(['stop', '--all', '--time', '0'])
    await untilNothingIsLeft(view)
  },
)

diskDrill(
  'a disk that gets full at whichever moment of a start leaves nothing of it behind',
  async ({ home, view, disk }) => {
    const project = servedProject(home)
    const outcomes: string[] = []
    await home.answer(['run', '-d', '--no-sandbox', '--name', 'first', project])
    for (let roomKb = 0; roomKb <= 132; roomKb += 4) {
      fill(disk.path, roomKb)
      const end = await home.agent(['run', '-d', '--no-sandbox', '--name', 'a', project])
      outcomes.push(`${roomKb} kB: exit ${end.code}`)
      if (end.code !== 0) expectClear(end, /no room left|with room left|did not start/)
      makeRoom(disk.path)
      await home.answer(['stop', ...(end.code === 0 ? ['a'] : ['first']), '--time', '0'])
      if (end.code !== 0)
        await home.answer(['run', '-d', '--no-sandbox', '--name', 'first', project])
      await untilInOrder(view)
      expect((await view.containers()).filter((line) => line.includes('agentops-a-'))).toEqual([])
    }
    console.log(outcomes.join(', '))
    await home.answer(['stop', '--all', '--time', '0'])
    await untilNothingIsLeft(view)
  },
)

diskDrill(
  'a run that ends while the disk is full keeps its exit code and output until there is room',
  async ({ home, view, disk }) => {
    const project = home.project('p', { 'agent.yaml': 'image: busybox:latest\n' })
    const command = 'echo last words; while [ ! -e go ]; do sleep 0.05; done; exit 7'
    await home.answer([
      'run',
      '-d',
      '--no-sandbox',
      '--name',
      'a',
      project,
      '--',
      'sh',
      '-c',
      command,
    ])
    fill(disk.path)
    home.project('p', { go: '' })
    await until(
      'it has ended',
      async () => (await view.containers())[0]?.endsWith('(exited)') === true,
    )
    const { stderr } = await home.agent(['stop', 'a'])
    expect(stderr).toContain('room left')
    expect(await view.containers()).toHaveLength(1)
    makeRoom(disk.path)
    await home.agent(['list'])
    await until(
      'the background process tries again',
      () => view.run('a')?.cleanedAtMs !== undefined,
      30_000,
    )
    expect(view.run('a')).toMatchObject({ exitCode: 7 })
    expect(await home.answer(['logs', 'a'])).toBe('last words')
    await untilNothingIsLeft(view)
  },
)

const filler = 'filler'

/** Leaves about this much room. */
function fill(disk: string, roomKb = 0): void {
  const block = Buffer.alloc(4096)
  let count = 0
  try {
    for (;;) {
      writeFileSync(join(disk, `${filler}${count}`), block)
      count += 1
    }
  } catch {
    for (let freed = 0; freed <= roomKb / 4; freed++)
      rmSync(join(disk, `${filler}${count - freed}`), { force: true })
  }
}

function makeRoom(disk: string): void {
  for (const name of readdirSync(disk).filter((file) => file.startsWith(filler)))
    rmSync(join(disk, name), { force: true })
}
