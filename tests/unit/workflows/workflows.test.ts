import { describe, expect, test } from 'bun:test'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { projectDir, readWorkflow, stepsOf, workflowFiles } from './workflow.ts'

const scripts = Object.keys(
  z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'))).scripts,
)

test('check, test and release are there', () => {
  expect(workflowFiles()).toEqual(['check.yml', 'release.yml', 'test.yml'])
})

describe.each(workflowFiles())('%s', (file) => {
  const { text, decoded } = readWorkflow(file)
  const steps = stepsOf(decoded)
  const commands = steps.flatMap((step) => ('run' in step ? [step.run] : []))

  test('pins every action by commit, with its version beside it', () => {
    const uses = text.split('\n').filter((line) => line.includes('uses:'))
    expect(uses).toHaveLength(steps.filter((step) => 'uses' in step).length)
    for (const line of uses)
      expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('has no right but to read the source', () => {
    expect(decoded.permissions).toEqual({})
    for (const { permissions } of Object.values(decoded.jobs))
      expect(permissions).toEqual({ contents: 'read' })
    expect(text).not.toContain('secrets.')
    expect(text).not.toContain('pull_request_target')
  })

  test('leaves no token in the work tree', () => {
    for (const step of steps)
      if ('uses' in step && step.uses.startsWith('actions/checkout@'))
        expect(step.with).toMatchObject({ 'persist-credentials': false })
  })

  test('puts nothing that others choose into a command', () => {
    for (const command of commands) expect(command).not.toContain('${{')
  })

  test('runs what there is', () => {
    for (const command of commands) {
      const [, script] = /^npm run ([\w-]+)/.exec(command) ?? []
      if (script !== undefined) expect(scripts).toContain(script)
      for (const [path] of command.matchAll(/(?<![\w/])(?:scripts|\.ci)\/[\w./-]+/g))
        expect(existsSync(join(projectDir, path))).toBe(true)
    }
  })
})

test('.ci/run can be executed', () => {
  expect(() => accessSync(join(projectDir, '.ci', 'run'), constants.X_OK)).not.toThrow()
})

test('on Linux an engine is required', () => {
  const { linux } = readWorkflow('test.yml').decoded.jobs
  expect(linux?.steps).toContainEqual({ run: '.ci/run', env: { AGENT_TEST_ENGINE: 'required' } })
})

test('a release is built for tags, and its sums are checked before it is kept', () => {
  const { decoded } = readWorkflow('release.yml')
  expect(decoded.on).toEqual({ push: { tags: ['v*'] } })
  const words = stepsOf(decoded).map((step) => ('run' in step ? step.run : step.uses))
  const places = ['scripts/release.ts', 'sha256sum --check', 'actions/upload-artifact@'].map(
    (part) => words.findIndex((word) => word.includes(part)),
  )
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})
