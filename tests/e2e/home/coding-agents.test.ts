import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { engineTest } from '../../engine/test-engine.ts'
import { AgentHome, docker } from '../support/agent-home.ts'

const built = z.object({ image: z.string() })
const EXAMPLES = join(import.meta.dirname, '../../../examples')
/** Real packages are fetched, of some 100 MB. */
const LIMIT_MS = 900_000

for (const { example, program, says } of [
  { example: 'claude-code', program: 'claude', says: /^\d+\.\d+\.\d+ \(Claude Code\)$/m },
  { example: 'codex', program: 'codex', says: /^codex-cli \d+\.\d+\.\d+/m },
])
  engineTest(
    `examples/${example} is built from the real packages, and its program starts`,
    async () => {
      await using cleanUp = new AsyncDisposableStack()
      const home = new AgentHome()
      const yaml = readFileSync(join(EXAMPLES, example, 'agent.yaml'), 'utf8')
      // A test has no terminal.
      const project = home.project('p', {
        'agent.yaml': yaml.replace('interactive: true', 'interactive: false'),
      })
      const { image } = built.parse(await home.json(['build', '--print', project]))
      // In this order: an image that a container uses stays.
      cleanUp.defer(async () => {
        await docker(['rmi', image])
      })
      cleanUp.use(home)
      const script = `${program} --version && ${program} --help`
      const { code, stdout, stderr } = await home.agent(['run', project, '--', 'sh', '-c', script])
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(stdout).toMatch(says)
      expect(stdout).toContain(`Usage: ${program}`)
      await home.answer(['destroy', '--all', '--all-data'])
    },
    LIMIT_MS,
  )
