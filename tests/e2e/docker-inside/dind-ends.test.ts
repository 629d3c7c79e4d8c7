import { expect } from 'bun:test'
import { testLabels } from '../../engine/test-engine.ts'
import { HomeView, type Inventory } from '../../fault/support/home-view.ts'
import { AgentHome, docker, until } from '../support/agent-home.ts'
import { DIND, dindTest } from './dind-test.ts'
import { removeNewImages } from './init-images.ts'

await removeNewImages()

type Made = Pick<Inventory, 'containers' | 'networks' | 'volumes' | 'uncleaned'>

const NOTHING: Made = { containers: [], networks: [], volumes: [], uncleaned: [] }

async function madeBy(home: AgentHome): Promise<Made> {
  const { containers, networks, volumes, uncleaned } = await new HomeView(home).inventory()
  return { containers, networks, volumes, uncleaned }
}

async function untilNothingIsLeft(home: AgentHome): Promise<void> {
  const isGone = async (): Promise<boolean> => Bun.deepEquals(await madeBy(home), NOTHING)
  await until('nothing is left', isGone, 20_000)
}

/** Attached, and so far that its command has said something to its user. */
async function startAttached(home: AgentHome) {
  const words = ['sh', '-c', 'echo ready; exec sleep 600']
  const child = home.spawn([
    'run',
    '--name',
    'a',
    await home.trustedProject('p', DIND),
    '--',
    ...words,
  ])
  const { value } = await child.stdout.getReader().read()
  expect(new TextDecoder().decode(value)).toBe('ready\n')
  return child
}

/** A run named `a` that would go on for long; its id. */
async function startDetached(home: AgentHome): Promise<string> {
  const project = await home.trustedProject('p', DIND)
  return home.answer(['run', '-d', '--name', 'a', project, '--', 'sleep', '600'])
}

dindTest('its natural end leaves nothing, and the exit code is that of the command', async () => {
  await using home = new AgentHome()
  const project = await home.trustedProject('p', DIND)
  const { code } = await home.agent(['run', project, '--', 'sh', '-c', 'exit 7'])
  expect(code).toBe(7)
  expect(await madeBy(home)).toEqual(NOTHING)
})

dindTest('a detached one that ends by itself leaves nothing', async () => {
  await using home = new AgentHome()
  await home.answer(['run', '-d', await home.trustedProject('p', DIND), '--', 'true'])
  await untilNothingIsLeft(home)
})

dindTest('destroy leaves nothing', async () => {
  await using home = new AgentHome()
  await startDetached(home)
  await home.answer(['destroy', 'a', '--time', '0'])
  expect(await madeBy(home)).toEqual(NOTHING)
})

dindTest('Ctrl-C leaves nothing', async () => {
  await using home = new AgentHome()
  const child = await startAttached(home)
  child.kill('SIGINT')
  expect(await child.exited).toBe(130)
  expect(await madeBy(home)).toEqual(NOTHING)
})

dindTest('kill -9 of its command leaves nothing: the background process ends it', async () => {
  await using home = new AgentHome()
  const child = await startAttached(home)
  child.kill('SIGKILL')
  await untilNothingIsLeft(home)
})

dindTest('kill -9 of both leaves nothing after the next command', async () => {
  await using home = new AgentHome()
  const child = await startAttached(home)
  const daemon = new HomeView(home).daemonPid()
  if (daemon !== undefined) process.kill(daemon, 'SIGKILL')
  child.kill('SIGKILL')
  await child.exited
  await home.agent(['stop', '--time', '0'])
  await untilNothingIsLeft(home)
})

dindTest(
  'what cannot be removed is told, the rest goes, and the next command finishes',
  async () => {
    await using home = new AgentHome()
    const runId = await startDetached(home)
    const volume = `agentops-docker-${runId}`
    const labels = Object.entries(testLabels()).flatMap(([key, value]) => [
      '--label',
      `${key}=${value}`,
    ])
    const mount = ['--mount', `type=volume,source=${volume},target=/kept`]
    const holder = await docker(['create', ...labels, ...mount, 'busybox:latest'])
    try {
      const { code, stderr } = await home.agent(['stop', 'a', '--time', '0'])
      expect(code).toBe(1)
      expect(stderr).toContain(
        `could not remove the volumes of "a": the volume "${volume}" is in use`,
      )
      const { containers, networks, volumes } = await madeBy(home)
      expect({ containers, networks, volumes }).toEqual({
        containers: [],
        networks: [],
        volumes: [volume],
      })
    } finally {
      await docker(['rm', '--force', holder])
    }
    await home.agent(['stop', 'a', '--time', '0'])
    await untilNothingIsLeft(home)
  },
)
