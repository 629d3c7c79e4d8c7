import { randomUUID } from 'node:crypto'
import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, docker } from '../support/agent-home.ts'

const idOf = (name: string): Promise<string> =>
  docker(['image', 'inspect', '--format', '{{.Id}}', name])

async function isHere(id: string): Promise<boolean> {
  return (await docker(['image', 'ls', '--all', '--quiet', '--no-trunc'])).split('\n').includes(id)
}

for (const [builder, env] of [
  ["the engine's BuildKit", {}],
  ['the classic builder', { AGENTOPS_DISABLE_BUILDKIT: '1' }],
] as const)
  engineTest(
    `what a build by ${builder} took the name of is removed, unless it has another name`,
    async () => {
      await using home = new AgentHome({ env })
      const project = home.project('p', { 'agent.yaml': 'dependencies: [node@22, "npm:is-odd"]\n' })
      const rebuild = ['build', '--no-cache', project]
      const image = await home.answer(['build', project])
      const first = await idOf(image)
      await home.answer(rebuild)
      const second = await idOf(image)
      expect(second).not.toBe(first)
      expect(await isHere(first)).toBe(false)
      const named = `agent-test-replaced:${randomUUID()}`
      await docker(['tag', image, named])
      await home.answer(rebuild)
      expect(await idOf(named)).toBe(second)
      await docker(['image', 'rm', '--force', image, named])
    },
    600_000,
  )
