import { describe, expect, test } from 'bun:test'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { imageFor } from '../../../src/image/base-image.ts'
import { configOf, reportOf } from '../config/reading.ts'

const projectDir = join(import.meta.dirname, '..', '..', '..')
const read = (file: string): string => readFileSync(join(projectDir, file), 'utf8')
const concepts = read('docs/concepts/dependencies.md')

describe('the documents about dependencies', () => {
  test('show the real messages', () => {
    const yaml = 'dependencies:\n  - npm:prettier\n  - nodde\n  - python@2.7\n'
    const shown = reportOf(imageFor(configOf(yaml)))
    const lines = shown.map((problem) => `error: ${problem.replace(' | ', '\n  fix: ')}`)
    expect(concepts).toContain(`\`\`\`\n${lines.join('\n')}\n\`\`\`\n`)
  })

  test('show the real images', () => {
    const rows = [...concepts.matchAll(/^\| `(\w+)`, `(\S+)` \| `(\S+)`, `(\S+)` \|$/gm)]
    expect(rows).toHaveLength(4)
    for (const [, plain = '', pinned = '', image, pinnedImage] of rows) {
      expect(referenceOf(plain)).toBe(image ?? '')
      expect(referenceOf(pinned)).toBe(pinnedImage ?? '')
    }
  })

  test.each(['docs/concepts/dependencies.md', 'docs/reference/agent-yaml.md'])(
    '%s asks only for what there is',
    (file) => {
      const blocks = [...read(file).matchAll(/^```yaml\n([\s\S]*?)^```/gm)]
      expect(blocks.length).toBeGreaterThan(1)
      for (const [, text = ''] of blocks) expect(reportOf(imageFor(configOf(text)))).toEqual([])
    },
  )
})

test.each(globSync('examples/*/agent.yaml', { cwd: projectDir }).sort())(
  '%s asks only for what there is',
  (file) => {
    expect(reportOf(imageFor(configOf(read(file))))).toEqual([])
  },
)

function referenceOf(dependency: string): string | undefined {
  const image = imageFor(configOf(`dependencies: ["${dependency}"]`))
  return image.ok && image.value.kind === 'existing' ? image.value.reference : undefined
}
