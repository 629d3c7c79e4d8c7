import { afterEach, expect } from 'bun:test'
import * as z from 'zod'
import { OWN_RANGE } from '../../../src/docker/subnet-choice.ts'
import { AgentHome, docker, until } from '../../e2e/support/agent-home.ts'
import { engineTest, testLabels } from '../../engine/test-engine.ts'
import { HomeView } from '../../fault/support/home-view.ts'

const labels = Object.entries(testLabels()).flatMap(([name, value]) => [
  '--label',
  `${name}=${value}`,
])
const limitMs = 180_000

let made: string[] = []

afterEach(async () => {
  const names = made
  made = []
  if (names.length > 0) await docker(['network', 'rm', ...names])
}, 60_000)

/** Makes a network; returns what the engine refuses it with. */
async function refusalOf(name: string, options: readonly string[] = []): Promise<string> {
  try {
    await docker(['network', 'create', ...labels, ...options, name])
  } catch (error) {
    return String(error)
  }
  made.push(name)
  return ''
}

/** What the engine chooses from by itself. */
async function pools(): Promise<string[]> {
  const said = await docker(['info', '--format', '{{json .DefaultAddressPools}}'])
  const configured = z.nullable(z.array(z.object({ Base: z.string() }))).parse(JSON.parse(said))
  return configured?.map(({ Base }) => Base) ?? ['172.16.0.0/12', '192.168.0.0/16']
}

/** Takes what is free of these addresses, in the biggest pieces there are. */
async function take(address: string, bits: number): Promise<void> {
  const subnet = `${address}/${bits}`
  const refusal = await refusalOf(`filler-${process.pid}-${made.length}`, ['--subnet', subnet])
  if (refusal === '' || bits === 24) return
  expect(refusal).toContain('Pool overlaps')
  const [a = 0, b = 0, c = 0] = address.split('.').map(Number)
  const middle = (a * 256 + b) * 256 + c + 2 ** (23 - bits)
  await take(address, bits + 1)
  await take(`${middle >> 16}.${(middle >> 8) & 255}.${middle & 255}.0`, bits + 1)
}

/** Uses up the addresses of the engine: 31 networks by default, which would take long to make one by one. */
async function fillPools(): Promise<void> {
  for (const pool of await pools()) {
    const [address = '', bits = ''] = pool.split('/')
    await take(address, Number(bits))
  }
  expect(await refusalOf(`filler-${process.pid}-last`)).toMatch(
    /non-overlapping IPv4 address pool|have been fully subnetted/,
  )
}

const listed = z.array(
  z.object({
    Name: z.string(),
    IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string() })) }),
  }),
)

/** The subnets of the networks of runs. */
async function subnetsOfRuns(): Promise<string[]> {
  const names = await docker([
    'network',
    'ls',
    '--format',
    '{{.Name}}',
    '--filter',
    'name=agentops-run_',
  ])
  if (names === '') return []
  const networks = listed.parse(
    JSON.parse(await docker(['network', 'inspect', ...names.split('\n')])),
  )
  return networks.flatMap(({ IPAM }) => IPAM.Config.map(({ Subnet }) => Subnet))
}

const strict = { 'agent.yaml': 'image: busybox:latest\nnetwork: { policy: strict }\n' }

engineTest(
  'where the pools of the engine are used up, a strict run is on a subnet of our own range, and without one it says why',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', strict)
    const start = (name: string): string[] => [
      'run',
      '-d',
      '--name',
      name,
      project,
      '--',
      'sleep',
      '60',
    ]
    // What all runs share is there before.
    await home.answer(start('before'))
    await home.answer(['destroy', 'before', '--time', '0'])
    await fillPools()

    await home.answer(start('first'))
    await home.answer(start('second'))
    const subnets = await subnetsOfRuns()
    expect(new Set(subnets).size).toBe(2)
    for (const subnet of subnets) expect(subnet).toMatch(/^10\.231\.\d+\.0\/24$/)
    await home.answer(['destroy', '--all', '--time', '0'])

    expect(await refusalOf(`pool-range-${process.pid}`, ['--subnet', OWN_RANGE])).toBe('')
    const refused = await home.agent(start('third'))
    expect(refused.code).toBe(125)
    expect(refused.stderr).toContain(
      'the engine has no addresses left for the network "agentops-run_',
    )
    expect(refused.stderr).toContain('docker network prune')
    expect(await subnetsOfRuns()).toEqual([])
    expect(await docker(['ps', '-aq', '--filter', 'label=agentops.run-id'])).toBe('')
  },
  limitMs,
)

engineTest(
  'where the pools of the engine are used up, the network of a dead run is reclaimed before one is made',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', strict)
    const command = home.spawn(['run', '--name', 'dead', project, '--', 'sleep', '60'])
    const view = new HomeView(home)
    await until('it runs', () => view.run('dead')?.state === 'running', 30_000)
    const [ofDead = ''] = await subnetsOfRuns()
    await fillPools()
    const daemon = view.daemonPid()
    if (daemon !== undefined) process.kill(daemon, 'SIGKILL')
    command.kill('SIGKILL')
    await command.exited

    await home.answer(['run', '-d', '--name', 'next', project, '--', 'sleep', '60'])
    expect(await subnetsOfRuns()).toEqual([ofDead])
  },
  limitMs,
)
