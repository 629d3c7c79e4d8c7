import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { browserTest } from './browser-test.ts'
import { homeOfEmbedded, start } from './project.ts'

browserTest('a click leads from the index to an agent and on to its service', async (browser) => {
  await using home = homeOfEmbedded()
  const port = await start(home, 'myapp')
  await start(home, 'other')
  const page = await browser.newPage()
  const errors = errorsOf(page)
  await page.goto(`http://localhost:${port}/`)
  expect(await page.title()).toBe('Agents')
  await page.getByRole('link', { name: 'other', exact: true }).click()
  await page.waitForURL(`http://other.localhost:${port}/`)
  expect(await page.getByRole('link', { name: /myapp/ }).count()).toBe(0)
  await page.getByRole('link', { name: /^api/ }).click()
  await page.waitForURL(`http://api.other.localhost:${port}/`)
  expect(await page.locator('h1').textContent()).toBe(`api.other.localhost:${port}`)
  expect(errors).toEqual([])
})

browserTest('a WebSocket of a page goes through the proxy and back', async (browser) => {
  await using home = homeOfEmbedded()
  const port = await start(home, 'myapp')
  const page = await browser.newPage()
  await page.goto(`http://web.myapp.localhost:${port}/`)
  await page.locator('output', { hasText: 'over and back' }).waitFor()
})

browserTest('an open index shows runs that start and stop, without a reload', async (browser) => {
  await using home = homeOfEmbedded()
  const port = await start(home, 'myapp')
  const page = await browser.newPage()
  const errors = errorsOf(page)
  let loads = 0
  page.on('load', () => (loads += 1))
  await page.goto(`http://localhost:${port}/`)
  const other = page.getByRole('link', { name: 'other', exact: true })
  expect(await other.count()).toBe(0)
  await start(home, 'other')
  await other.waitFor()
  await home.answer(['stop', 'other', '--time', '0'])
  await other.waitFor({ state: 'detached' })
  expect(await page.getByRole('link', { name: 'myapp', exact: true }).count()).toBe(1)
  expect(loads).toBe(1)
  expect(errors).toEqual([])
})

/** What the browser complains about, a breach of the page's own content policy included. */
function errorsOf(page: Page): string[] {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  return errors
}
