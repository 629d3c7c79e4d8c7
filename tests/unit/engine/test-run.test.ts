import { describe, expect, test } from 'bun:test'
import { engineDemand } from '../../../scripts/test-run/choose-engine.ts'
import { countsInJunit, failuresInJunit } from '../../../scripts/test-run/junit-report.ts'
import {
  parseTestArguments,
  selectTestFiles,
  testLevels,
} from '../../../scripts/test-run/test-arguments.ts'
import { addCounts, parseNotedSkips, summaryLines } from '../../../scripts/test-run/test-counts.ts'

describe('arguments of a test run', () => {
  test('none is everything', () => {
    expect(parseTestArguments([])).toEqual({
      levels: testLevels,
      filters: [],
      runnerOptions: [],
    })
  })

  test('levels run in their own order, other words filter, options go to bun test', () => {
    const words = ['integration', 'docker', 'unit', '-t', 'unit of two words']
    expect(parseTestArguments(words)).toEqual({
      levels: ['unit', 'integration'],
      filters: ['docker'],
      runnerOptions: ['-t', 'unit of two words'],
    })
  })

  test('options alone, which are for bun test, leave out what Deno runs', () => {
    expect(parseTestArguments(['-t', 'x']).levels).not.toContain('deno-unit')
    expect(parseTestArguments(['deno-unit', '--filter', 'x'])).toMatchObject({
      levels: ['deno-unit'],
      runnerOptions: ['--filter', 'x'],
    })
  })

  test('a filter keeps the files of the level that have it in their path', () => {
    const files = ['tests/unit/b/x.test.ts', 'tests/unit/a/y.test.ts', 'tests/e2e/a/z.test.ts']
    expect(selectTestFiles(files, 'unit', [])).toEqual([
      'tests/unit/a/y.test.ts',
      'tests/unit/b/x.test.ts',
    ])
    expect(selectTestFiles(files, 'unit', ['/a/'])).toEqual(['tests/unit/a/y.test.ts'])
    expect(selectTestFiles(files, 'deno-unit', ['/a/'])).toEqual(['tests/unit/a/y.test.ts'])
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

  test('of Deno: what was skipped is counted', () => {
    const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="3" failures="1" errors="0" time="0.013">
    <testsuite name="./a.test.ts" tests="3" disabled="1" errors="0" failures="1">
        <testcase name="&lt;skipped/&gt;"></testcase>
        <testcase name="y">
            <skipped/>
        </testcase>
    </testsuite>
</testsuites>`
    expect(countsInJunit(report)).toEqual({ passed: 1, failed: 1, skipped: 1 })
  })

  test.each(['', '<html>', '<testsuites tests="1">'])('%j is no report', (text) => {
    expect(countsInJunit(text)).toBeUndefined()
  })

  test('add up', () => {
    const one = { passed: 1, failed: 2, skipped: 3 }
    expect(addCounts(one, one)).toEqual({ passed: 2, failed: 4, skipped: 6 })
  })
})

describe('failures', () => {
  test('of Bun have their group, file and words', () => {
    const report = `<testsuites name="bun test" tests="3" failures="1" skipped="0">
  <testsuite name="a.test.ts" file="a.test.ts">
    <testcase name="well" classname="" time="0.1" file="a.test.ts" line="1" assertions="0" />
    <testcase name="a &quot;b&quot;" classname="the &lt;group&gt; &amp;amp; co" time="0.2" file="a.test.ts" line="2">
      <failure type="AssertionError" message="1&#10;2">AssertionError: expect(1)&#10;&#10;      at a.test.ts:2:81&#10;</failure>
    </testcase>
    <testcase name="left out" classname="" file="a.test.ts" line="3"><skipped /></testcase>
  </testsuite>
</testsuites>`
    expect(failuresInJunit(report)).toEqual([
      {
        name: 'the <group> &amp; co > a "b"',
        file: 'a.test.ts',
        reason: ['AssertionError: expect(1)', '      at a.test.ts:2:81'],
      },
    ])
  })

  test('of Deno have the group in their name, and no more than the first lines', () => {
    const words = Array.from({ length: 40 }, (_, at) => `line ${at}`)
    const report = `<testsuites name="deno test" tests="1" failures="1" errors="0" time="0.021">
        <testcase name="a &gt; b" classname="./tests/a.test.ts" time="0.015" line="22" col="10">
            <failure message="Uncaught Error">${words.join('\n')}</failure>
        </testcase>
</testsuites>`
    const [failure] = failuresInJunit(report)
    expect(failure).toMatchObject({ name: 'a > b', file: './tests/a.test.ts' })
    expect(failure?.reason).toEqual(words.slice(0, 12))
  })

  test('without words are failures too', () => {
    const report =
      '<testcase name="x" classname="" file="a.test.ts"><failure type="E" /></testcase>'
    expect(failuresInJunit(report)).toEqual([{ name: 'x', file: 'a.test.ts', reason: [] }])
  })
})

describe('summary', () => {
  const noted = '{"reason":"no engine","needsEngine":true}\n'

  test('has a line per level, one per reason, what failed, and ends with the totals', () => {
    const skips = parseNotedSkips(`${noted}${noted}{"reason":"needs a Mac","needsEngine":false}\n`)
    const levels = new Map([
      ['unit', { passed: 4, failed: 0, skipped: 1 }],
      ['e2e', { passed: 1, failed: 1, skipped: 3 }],
    ])
    const failures = [{ name: 'is up', file: 'a.test.ts', reason: ['Error: no', 'at x'] }]
    const problems = ['left behind: container x']
    expect(summaryLines({ levels, skips, failures, problems })).toEqual([
      'unit: 4 passed, 0 failed, 1 skipped',
      'e2e: 1 passed, 1 failed, 3 skipped',
      'skipped 1: needs a Mac',
      'skipped 2: no engine',
      'skipped 1: no reason noted',
      'failed: a.test.ts: is up',
      '  Error: no',
      '  at x',
      'failed: left behind: container x',
      '5 passed, 2 failed, 4 skipped',
    ])
  })

  test('of a single level is not said twice', () => {
    const levels = new Map([['unit', { passed: 4, failed: 0, skipped: 0 }]])
    const summary = summaryLines({ levels, skips: [], failures: [], problems: [] })
    expect(summary).toEqual(['4 passed, 0 failed, 0 skipped'])
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
