import { expect } from 'bun:test'
import { z } from 'zod'
import { BUILDKIT_IMAGE } from '../../../src/run/buildkit-sidecar.ts'
import { HomeView } from '../../fault/support/home-view.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { engineUser, giveTo, ProgramAsUser } from '../../support/ordinary-user.ts'
import { AgentHome, docker, get, until } from '../support/agent-home.ts'
import { BUILD_AND_RUN, DIND, dindTest, INIT_IMAGE } from './dind-test.ts'
import { removeNewImages } from './init-images.ts'

await removeNewImages()

const SERVER = `require('node:http').createServer((request, response) => response.end('served')).listen(3000)`
const ASK = `require('node:http').get(process.env.AGENTOPS_URL_WEB, (answer) => answer.pipe(process.stdout))`

const PROJECT = {
  ...INIT_IMAGE,
  'agent.yaml':
    'dependencies: [node@22, docker:dind]\nports: { web: 3000 }\ncontainer: { pids: 3000 }\n',
  'server.cjs': SERVER,
  'ask.cjs': ASK,
  'build.sh': BUILD_AND_RUN,
}

const inspected = z.object({
  Config: z.object({ Image: z.string() }),
  HostConfig: z.object({
    Privileged: z.boolean(),
    Binds: z.array(z.string()).nullish(),
    PidsLimit: z.number(),
  }),
  Mounts: z.array(z.object({ Type: z.string(), Source: z.string(), Destination: z.string() })),
  NetworkSettings: z.object({ Networks: z.record(z.string(), z.unknown()) }),
})

/** The containers of the run by what they are to it. */
async function containersOf(runId: string): Promise<Record<'main' | 'sidecar', string>> {
  const [main = '', sidecar = ''] = await Promise.all(
    ['main', 'sidecar'].map((role) => {
      const labels = [`agentops.run-id=${runId}`, `agentops.role=${role}`]
      return docker(['ps', '-q', ...labels.flatMap((label) => ['--filter', `label=${label}`])])
    }),
  )
  return { main, sidecar }
}

async function inspect(id: string): Promise<z.infer<typeof inspected>> {
  return inspected.parse(JSON.parse(await docker(['inspect', '--format', '{{json .}}', id])))
}

/** What the sidecar has built so far. */
async function histories(sidecar: string): Promise<number> {
  const buildctl = ['buildctl', '--addr', 'tcp://127.0.0.1:1234', 'debug', 'histories']
  const lines = (await docker(['exec', sidecar, ...buildctl])).split('\n')
  return lines.filter((line) => line !== '').length
}

dindTest(
  'an engine of the run alone, images made by the builder beside it, its ports by their names',
  async () => {
    await using home = new AgentHome()
    const project = await home.trustedProject('p', PROJECT)
    const start = ['run', '-d', '--name', 'inner', project, '--', 'node', 'server.cjs']
    const runId = await home.answer(start)
    const { main, sidecar } = await containersOf(runId)
    const exec = (words: string[]): Promise<string> =>
      home.answer(['exec', 'inner', '--', ...words])

    // It knows nothing of the engine it is on.
    expect(await exec(['docker', 'ps', '--all', '--quiet'])).toBe('')
    expect(await exec(['docker', 'images', '--quiet'])).toBe('')
    expect(await exec(['docker', 'info', '--format', '{{.Driver}}'])).toBe('overlay2')

    const before = await histories(sidecar)
    const lines = (await exec(['sh', 'build.sh'])).split('\n')
    expect(lines.at(0)).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(lines.at(1)).toBe('1')
    expect(lines.at(2)).toStartWith('tini version')
    expect(await histories(sidecar)).toBe(before + 1)

    const [url = ''] = (await home.answer(['url', 'inner'])).split('\n')
    await until('it serves', async () => (await get(url)).status === 200)
    expect((await get(url)).body).toBe('served')
    expect(await exec(['node', 'ask.cjs'])).toBe('served')

    const beside = await inspect(sidecar)
    expect(beside.Config.Image).toBe(BUILDKIT_IMAGE)
    expect(beside.HostConfig.Binds ?? []).toEqual([])
    const binds = beside.Mounts.filter(({ Type }) => Type === 'bind')
    expect(binds.map(({ Destination }) => Destination)).toEqual(['/etc/agentops/buildkitd.toml'])
    expect(Object.keys(beside.NetworkSettings.Networks)).toEqual([`agentops-${runId}`])
    const own = await inspect(main)
    expect([own.HostConfig.PidsLimit, beside.HostConfig.PidsLimit]).toEqual([3000, 3000])
    expect(own.HostConfig.Privileged).toBe(true)
    expect(own.Mounts.map(({ Source }) => Source).filter((path) => path.endsWith('.sock'))).toEqual(
      [],
    )

    await home.answer(['stop', 'inner', '--time', '1'])
    const { containers, networks, volumes, uncleaned } = await new HomeView(home).inventory()
    expect({ containers, networks, volumes, uncleaned }).toEqual({
      containers: [],
      networks: [],
      volumes: [],
      uncleaned: [],
    })
  },
)

const asUser = 'an ordinary user has an engine of its own, in no group but that of its socket'
if (process.getuid?.() !== 0) skippedTest(asUser, 'only root can become another user')
else
  dindTest(asUser, async () => {
    const user = engineUser()
    using wrapper = new ProgramAsUser(user)
    await using home = new AgentHome({ binary: wrapper.file })
    const project = home.project('p', { ...INIT_IMAGE, ...DIND, 'build.sh': BUILD_AND_RUN })
    giveTo(user, home.dir)
    await home.answer(['trust', '--yes', project])
    const script = 'id -u; grep CapEff /proc/self/status; touch /etc/x 2>/dev/null || sh build.sh'
    const words = ['run', '--name', 'a', project, '--', 'sh', '-c', script]
    const { stdout, stderr, code } = await home.agent(words)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const lines = stdout.trim().split('\n')
    expect(lines.slice(0, 2)).toEqual([String(user.uid), 'CapEff:\t0000000000000000'])
    expect(lines.at(-1)).toStartWith('tini version')
  })

dindTest('what it means is told beforehand, and once when it starts', async () => {
  await using home = new AgentHome()
  const project = await home.trustedProject('p', DIND)
  const plan = await home.answer(['run', '--dry-run', project])
  expect(plan).toContain(`docker     an engine of its own, built for by ${BUILDKIT_IMAGE}`)
  expect(plan).toContain('privileged for docker:dind')
  // Named as what stands beside it.
  const words = ['run', '--name', 'buildkit', project, '--', 'true']
  const { stderr, code } = await home.agent(words)
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stderr.match(/docker:dind runs a privileged container/g)).toHaveLength(1)
})

dindTest(
  'a builder that cannot be had is told with what it is for, and leaves nothing',
  async () => {
    await using home = new AgentHome({
      env: { AGENTOPS_BUILDKIT_IMAGE: 'agent-test/no-such-buildkit:1' },
    })
    const project = await home.trustedProject('p', DIND)
    const { stderr, code } = await home.agent(['run', project, '--', 'true'])
    expect(code).toBe(125)
    expect(stderr).toContain('error: docker:dind needs the image agent-test/no-such-buildkit:1')
    expect(stderr).toContain('AGENTOPS_BUILDKIT_IMAGE')
    const { containers, networks, volumes } = await new HomeView(home).inventory()
    expect({ containers, networks, volumes }).toEqual({ containers: [], networks: [], volumes: [] })
  },
)

dindTest('a builder that does not answer as one is told with its last words', async () => {
  // A program that takes none of BuildKit's options ends at once.
  await using home = new AgentHome({ env: { AGENTOPS_BUILDKIT_IMAGE: 'busybox:latest' } })
  const project = await home.trustedProject('p', DIND)
  const { stderr, code } = await home.agent(['run', project, '--', 'true'])
  expect(code).toBe(125)
  expect(stderr).toContain('the builder of docker:dind')
  const { containers, networks, volumes } = await new HomeView(home).inventory()
  expect({ containers, networks, volumes }).toEqual({ containers: [], networks: [], volumes: [] })
})
