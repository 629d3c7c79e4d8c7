import { describe, expect, test } from 'bun:test'
import { engineDemand } from '../../../scripts/test-run/choose-engine.ts'
import {
  parseTestArguments,
  selectTestFiles,
  testLevels,
} from '../../../scripts/test-run/test-arguments.ts'
import {
  addCounts,
  countsInJunit,
  parseNotedSkips,
  summaryLines,
} from '../../../scripts/test-run/test-counts.ts'

describe('arguments of a test run', () => {
  test('none is everything', () => {
    expect(parseTestArguments([])).toEqual({ levels: testLevels, filters: [], bunOptions: [] })
  })

  test('levels run in their own order, other words filter, options go to bun test', () => {
    const words = ['integration', 'docker', 'unit', '-t', 'unit of two words']
    expect(parseTestArguments(words)).toEqual({
      levels: ['unit', 'integration'],
      filters: ['docker'],
      bunOptions: ['-t', 'unit of two words'],
    })
  })

  test('a filter keeps the files of the level that have it in their path', () => {
    const files = ['tests/unit/b/x.test.ts', 'tests/unit/a/y.test.ts', 'tests/e2e/a/z.test.ts']
    expect(selectTestFiles(files, 'unit', [])).toEqual([
      'tests/unit/a/y.test.ts',
      'tests/unit/b/x.test.ts',
    ])
    expect(selectTestFiles(files, 'unit', ['/a/'])).toEqual(['tests/unit/a/y.test.ts'])
  })
})

describe('counts', () => {
  test('are the totals of the root of a JUnit report', () => {
    const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="10" assertions="2" failures="2" skipped="6" time="0.01">
  <testsuite name="a.test.ts" tests="5" failures="1" skipped="3" time="0"></testsuite>
</testsuites>`
    expect(countsInJunit(report)).toEqual({ passed: 2, failed: 2, skipped: 6 })
  })

  test.each(['', '<html>', '<testsuites tests="1">'])('%j is no report', (text) => {
    expect(countsInJunit(text)).toBeUndefined()
  })

  test('add up', () => {
    const one = { passed: 1, failed: 2, skipped: 3 }
    expect(addCounts(one, one)).toEqual({ passed: 2, failed: 4, skipped: 6 })
  })
})

describe('summary', () => {
  const noted = '{"reason":"no engine","needsEngine":true}\n'

  test('has a line per reason, one per problem, and ends with the totals', () => {
    const skips = parseNotedSkips(`${noted}${noted}{"reason":"needs a Mac","needsEngine":false}\n`)
    const counts = { passed: 5, failed: 1, skipped: 4 }
    expect(summaryLines(counts, skips, ['left behind: container x'])).toEqual([
      'skipped 1: needs a Mac',
      'skipped 2: no engine',
      'skipped 1: no reason noted',
      'failed: left behind: container x',
      '5 passed, 2 failed, 4 skipped',
    ])
  })

  test('passes over lines that are cut off or foreign', () => {
    expect(parseNotedSkips(`${noted}{"reason":"cu\n[]\nnull\n{"reason":1}\n`)).toEqual([
      { reason: 'no engine', needsEngine: true },
    ])
  })
})

describe('demand for an engine', () => {
  test.each([
    [undefined, false, false],
    ['provision', false, true],
    ['required', true, true],
  ])('AGENT_TEST_ENGINE=%s', (value, required, mayProvision) => {
    expect(engineDemand({ AGENT_TEST_ENGINE: value })).toEqual({ required, mayProvision })
  })

  test('a misspelt value is refused', () => {
    expect(() => engineDemand({ AGENT_TEST_ENGINE: 'require' })).toThrow(
      'AGENT_TEST_ENGINE=require',
    )
  })
})
