import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { z } from 'zod'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, docker } from '../support/agent-home.ts'

const plan = z.object({ image: z.string() })
const RUN = ['run', '--no-sandbox']
/** Two runtimes, something of apt and something of npm: every kind of step is there, and little is fetched. */
const DEPENDENCIES = 'dependencies: [node@22, python@3.11, jq, "npm:typescript"]\n'
const TRY_ALL = 'node -v && python3 -V && jq --version && tsc -v && id -u && echo $HOME'

async function imageOf(home: AgentHome, project: string): Promise<string> {
  return plan.parse(await home.json([...RUN, '--dry-run', project])).image
}

for (const [builder, env, said] of [
  ["the engine's BuildKit", {}, "with the engine's BuildKit"],
  ['the classic builder', { AGENTOPS_DISABLE_BUILDKIT: '1' }, "with the engine's classic builder"],
] as const)
  engineTest(
    `${builder} makes an image of dependencies, and a second run makes none`,
    async () => {
      await using home = new AgentHome({ env })
      const project = home.project('p', { 'agent.yaml': DEPENDENCIES })
      const image = await imageOf(home, project)
      await docker(['image', 'rm', '--force', image]).catch(() => undefined)
      const words = [...RUN, project, '--', 'sh', '-c', TRY_ALL]
      const before = new Date().toISOString()
      const first = await home.agent(words)
      expect(first.stderr).toContain(`building ${image} ${said}`)
      const uid = process.getuid?.() ?? 0
      const versions = 'v22\\.\\S+\nPython 3\\.11\\.\\d+\njq-1\\.\\S+\nVersion \\d\\S+'
      expect(first.stdout).toMatch(new RegExp(`^${versions}\n${uid}\n/home/agent\n$`))
      // BuildKit in engines before 23 tells nothing; there the image itself, below, has to do.
      expect((await namings(image, before)).length).toBeLessThanOrEqual(1)
      const made = await docker(['image', 'inspect', '--format', '{{.Id}} {{.Created}}', image])
      const since = new Date().toISOString()
      const second = await home.agent(words)
      expect(second).toMatchObject({ code: 0, stdout: first.stdout })
      expect(second.stderr).not.toContain('building')
      expect(await docker(['image', 'inspect', '--format', '{{.Id}} {{.Created}}', image])).toBe(
        made,
      )
      expect(await namings(image, since)).toEqual([])
      await docker(['image', 'rm', '--force', image])
    },
    600_000,
  )

/** When the engine gave this name since then: a build ends with that, from its cache as well. */
async function namings(image: string, since: string): Promise<string[]> {
  const window = ['--since', since, '--until', new Date().toISOString()]
  const kinds = ['--filter', 'type=image', '--filter', 'event=tag', '--filter', 'event=load']
  const format = '{{.Action}} {{.Actor.Attributes.name}}'
  const told = await docker(['events', ...window, ...kinds, '--format', format])
  return told.split('\n').filter((line) => line.endsWith(` ${image}`))
}

engineTest(
  'the name of an image follows from what is in it, not from how it is written',
  async () => {
    await using home = new AgentHome()
    const spellings = [
      'dependencies: [node@22, python@3.11, jq]',
      'dependencies: [jq, python3@3.11, nodejs@22]',
      'runtime: { node: 22 }\ndependencies: [jq, py@3.11, jq]',
    ]
    const images = await Promise.all(
      spellings.map((yaml, index) =>
        imageOf(home, home.project(`p${index}`, { 'agent.yaml': `${yaml}\n` })),
      ),
    )
    expect(new Set(images).size).toBe(1)
    const other = home.project('other', {
      'agent.yaml': 'dependencies: [node@20, python@3.11, jq]\n',
    })
    expect(await imageOf(home, other)).not.toBe(images[0] ?? '')
  },
)

engineTest(
  'a step that fails is told once with its output, and nothing is left but the Dockerfile',
  async () => {
    await using home = new AgentHome()
    const yaml = 'dependencies: [node@22, "npm:no-such-package-of-anybody-42"]\n'
    const project = home.project('p', { 'agent.yaml': yaml })
    const { code, stderr } = await home.agent([...RUN, '--name', 'a', project, '--', 'true'])
    expect(code).toBe(125)
    expect(stderr.match(/^ +\| npm error code E404/gm)).toHaveLength(1)
    expect(stderr.match(/^building \S+ with the engine's BuildKit$/gm)).toHaveLength(1)
    expect(stderr).toMatch(/error: the image could not be built at .* RUN .*npm install --global/)
    expect(stderr).toContain('fix: change dependencies in agent.yaml')
    const kept = /see what was built: (\S+)/.exec(stderr)?.[1] ?? ''
    expect(readFileSync(kept, 'utf8')).toContain('no-such-package-of-anybody-42')
    expect(await home.json(['list'])).toEqual({ runs: [] })
  },
  600_000,
)

engineTest(
  'a BuildKit that was named and is not there is an error, and no other is asked',
  async () => {
    await using home = new AgentHome({ env: { BUILDKIT_HOST: 'tcp://127.0.0.1:9' } })
    const yaml = 'dependencies: [node@22, "npm:is-odd"]\n'
    const project = home.project('p', { 'agent.yaml': yaml })
    const { code, stderr } = await home.agent([...RUN, project, '--', 'true'])
    expect(code).toBe(125)
    expect(stderr).toContain('error: BuildKit at tcp://127.0.0.1:9 accepts no connections')
    expect(stderr).toContain('unset BUILDKIT_HOST')
    expect(stderr).not.toContain('classic')
  },
)

engineTest(
  'agent build makes the same image that a run would, and keeps its Dockerfile',
  async () => {
    await using home = new AgentHome()
    const project = home.project('p', { 'agent.yaml': DEPENDENCIES })
    const image = await imageOf(home, project)
    expect(await home.answer(['build', project])).toBe(image)
    const digits = image.replace(/^.*:/, '')
    expect(existsSync(join(home.stateDir, 'builds', digits, 'Dockerfile'))).toBe(true)
    const { stderr } = await home.agent([...RUN, project, '--', 'true'])
    expect(stderr).not.toContain('building')
    await docker(['image', 'rm', '--force', image])
  },
  600_000,
)

engineTest(
  'clean removes an image that only agent build made, and a run that had counted on it builds it again',
  async () => {
    await using home = new AgentHome()
    await using other = new AgentHome()
    const project = home.project('p', { 'agent.yaml': 'dependencies: [node@22, sqlite3]\n' })
    const image = await home.answer(['build', project])
    expect(await home.answer(['system', 'images'])).toMatch(new RegExp(`^${image} .* own$`, 'm'))
    expect(await other.answer(['system', 'images'])).toMatch(
      new RegExp(`^${image} .* foreign$`, 'm'),
    )
    const run = home.spawn([...RUN, project, '--', 'sqlite3', '--version'])
    const clean = home.spawn(['clean', '-f'])
    expect(await Promise.all([run.exited, clean.exited])).toEqual([0, 0])
    expect(await new Response(run.stdout).text()).toStartWith('3.')
    await home.answer(['destroy', '--all'])
    expect(await home.answer(['clean', '-f'])).toContain(image)
    expect(await docker(['image', 'ls', '-q', image])).toBe('')
    const again = await home.agent([...RUN, project, '--', 'true'])
    expect(again).toMatchObject({ code: 0 })
    expect(again.stderr).toContain(`building ${image}`)
    await docker(['image', 'rm', '--force', image])
  },
  600_000,
)
