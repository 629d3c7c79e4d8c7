import { expect } from 'bun:test'
import { engineTest } from '../../engine/test-engine.ts'
import { followPage, type PageGuide } from './follow-page.ts'

/** Follows a page on the engine of this test run, and says what was not typed. */
export function pageTest(guide: PageGuide): void {
  engineTest(
    `${guide.page} as a reader types it`,
    async () => {
      const { typed, notTyped, problems } = await followPage(guide)
      console.log(`${guide.page}: ${typed} commands typed, ${notTyped.length} not`)
      for (const left of notTyped) console.log(`  not: ${left}`)
      expect(problems.join('\n\n')).toBe('')
    },
    300_000,
  )
}
