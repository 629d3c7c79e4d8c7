import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openOwnLane } from './bed/own-proxy.ts'
import { allCases, topics } from './cases.ts'
import { deviations } from './deviations.ts'
import { ownCells, ownResult } from './reference-page.ts'
import { runSuite } from './run-suite.ts'
import { scoreTable } from './score.ts'

describe('our proxy does what the rules ask:', () => {
  test.each(topics)(
    '$title',
    async ({ cases }) => {
      const verdicts = await runSuite(cases, openOwnLane)
      const problems = verdicts.flatMap(({ id, problem }) =>
        problem === undefined || Object.hasOwn(deviations, id) ? [] : [`${id}: ${problem}`],
      )
      expect(problems).toEqual([])
      const needless = verdicts.flatMap(({ id, problem }) =>
        problem === undefined && Object.hasOwn(deviations, id) ? [id] : [],
      )
      expect(needless).toEqual([])
    },
    30_000,
  )
})

describe('the cases', () => {
  test('have ids of their own', () => {
    const ids = allCases.map(({ id }) => id)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  test('deviate from no MUST', () => {
    const known = new Map(allCases.map(({ id, cites }) => [id, cites.level]))
    const levels = Object.keys(deviations).map((id) => known.get(id))
    expect(levels.filter((level) => level === undefined || level === 'MUST')).toEqual([])
  })
})

test('the reference page has every case, and our column is what the suite yields', () => {
  const file = join(import.meta.dirname, '../../../docs/reference/conformance.md')
  const page = readFileSync(file, 'utf8')
  const rows = allCases.map((each) => `| ${ownCells(each).join(' | ')} | `)
  expect(rows.filter((row) => !page.includes(row))).toEqual([])
  expect(page.match(/^\| `[a-z0-9.-]+` \| .* \| (MUST|SHOULD|OUGHT), /gm)).toHaveLength(rows.length)
  expect(page).toContain(scoreTable(allCases, [ownResult]))
})
