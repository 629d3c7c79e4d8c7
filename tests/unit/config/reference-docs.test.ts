import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadGlobalConfig } from '../../../src/config/global-config.ts'
import { projectSchema } from '../../../src/config/project-schema.ts'
import { problemsOf, reportOf } from './reading.ts'

const folder = join(import.meta.dirname, '../../../docs/reference')
const agentYaml = readFileSync(join(folder, 'agent-yaml.md'), 'utf8')
const environment = readFileSync(join(folder, 'environment.md'), 'utf8')

function yamlBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, block = '']) => block)
}

describe('docs/reference', () => {
  test.each(yamlBlocks(agentYaml))('agent-yaml.md: %j is a right agent.yaml', (block) => {
    expect(problemsOf(block)).toEqual([])
  })

  test.each(yamlBlocks(environment))('environment.md: %j is a right config.yaml', (block) => {
    expect(reportOf(loadGlobalConfig({ text: block, file: 'config.yaml' }))).toEqual([])
  })

  test('agent-yaml.md has a section and a row for every key', () => {
    const { maps } = projectSchema()
    for (const key of Object.keys(maps[''].shape)) {
      expect(agentYaml).toMatch(new RegExp(`^### (?:\\w+ and )?${key}\\b`, 'm'))
      expect(agentYaml).toMatch(new RegExp(`^\\| \\[\`${key}[\`.]`, 'm'))
    }
    for (const key of [...Object.keys(maps.network.shape), ...Object.keys(maps.container.shape)]) {
      expect(agentYaml).toMatch(new RegExp(`^\\| \\[\`(?:network|container)\\.${key}[\`.]`, 'm'))
    }
  })

  test('the messages it shows are the real ones', () => {
    const text = 'name: a\n\nprots: {}\n\nsandbox: gvizor\n'
    const shown = problemsOf(text).map((problem) => `error: ${problem.replace(' | ', '\n  fix: ')}`)
    expect(agentYaml).toContain(`\n${shown.join('\n')}\n`)
  })
})
