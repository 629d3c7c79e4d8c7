import { expect } from 'bun:test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { browserTest } from './browser-test.ts'
import { measureLooks } from './page-looks.ts'
import { homeOfEmbedded, start, startHeld } from './project.ts'

/** Screenshots, for a person to look at. */
const results = join(import.meta.dirname, '../../../dist/test-results/pages')

/** As long as names may be. */
const longName = 'a-branch-that-needs-many-words-to-say-what-it-is-about'.padEnd(63, '0')

browserTest(
  'every page is readable in light and dark, on a phone and on a desk',
  async (browser) => {
    await using home = homeOfEmbedded()
    const { port } = await startHeld(home, 'slow')
    const at = (host: string): string => `http://${host}:${port}/`
    await lookAt(browser, 'starting', at('web.slow.localhost'))
    await start(home, 'myapp')
    await start(home, longName)
    await home.answer(['route', 'add', 'db.tools', '1'])
    await lookAt(browser, 'index', at('localhost'))
    await lookAt(browser, 'agent', at('myapp.localhost'))
    await lookAt(browser, 'agent-long', at(`${longName}.localhost`))
    await lookAt(browser, 'unknown-agent', at('web.myap.localhost'))
    await lookAt(browser, 'unknown-service', at('wbe.myapp.localhost'))
    await lookAt(browser, 'static-down', at('db.tools.localhost'))
    await home.answer(['route', 'remove', 'db.tools'])
    await home.answer(['proxy', 'start'])
    await home.answer(['destroy', '--all', '--time', '0'])
    await lookAt(browser, 'index-empty', at('localhost'))
  },
  180_000,
)

async function lookAt(browser: Browser, name: string, url: string): Promise<void> {
  mkdirSync(results, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [360, 1280]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 640 } })
      try {
        const page = await context.newPage()
        await page.goto(url)
        await page.screenshot({ path: join(results, `${name}-${width}-${colorScheme}.png`) })
        const { overflowPixels, texts } = await measureLooks(page)
        expect({ name, width, overflowPixels }).toEqual({ name, width, overflowPixels: 0 })
        expect(texts.length).toBeGreaterThan(0)
        expect(texts.filter(({ contrast }) => contrast < 4.5)).toEqual([])
      } finally {
        await context.close()
      }
    }
}
