import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { browserTest } from './browser-test.ts'
import { homeOfEmbedded, start } from './project.ts'

/** What docs/concepts/routing.md says of cookies: set at web.a.localhost, and who gets them back. */
const cases = [
  { cookie: 'x=1', web: true, api: false, other: false },
  { cookie: 'x=1; Domain=web.a.localhost', web: true, api: false, other: false },
  { cookie: 'x=1; Domain=a.localhost', web: true, api: true, other: false },
  { cookie: 'x=1; Domain=localhost', web: false, api: false, other: false },
  { cookie: 'x=1; Domain=b.localhost', web: false, api: false, other: false },
  { cookie: 'x=1; Secure', web: true, api: false, other: false },
  { cookie: '__Host-x=1; Secure; Path=/', web: true, api: false, other: false },
] as const

browserTest(
  'a cookie reaches the service that set it, with Domain= the whole agent, and never another agent',
  async (browser) => {
    await using home = homeOfEmbedded()
    const port = await start(home, 'a')
    await start(home, 'b')
    for (const expected of cases) {
      const context = await browser.newContext()
      const page = await context.newPage()
      const { cookie } = expected
      await page.goto(`http://web.a.localhost:${port}/set?${encodeURIComponent(cookie)}`)
      const got = async (host: string): Promise<boolean> =>
        (await cookiesAt(page, host, port)) !== ''
      expect({
        cookie,
        web: await got('web.a.localhost'),
        api: await got('api.a.localhost'),
        other: await got('web.b.localhost'),
      }).toEqual(expected)
      await context.close()
    }
  },
)

browserTest(
  'services of one agent are one site, two agents are two: SameSite=Strict goes along within',
  async (browser) => {
    await using home = homeOfEmbedded()
    const port = await start(home, 'a')
    await start(home, 'b')
    const page = await browser.newPage()
    const cookie = encodeURIComponent('x=1; SameSite=Strict')
    await page.goto(`http://api.a.localhost:${port}/set?${cookie}`)
    const asked = `http://api.a.localhost:${port}/cookies`
    expect(await sentWhenLinkedFrom(page, `http://web.a.localhost:${port}/`, asked)).toBe('x=1')
    expect(await sentWhenLinkedFrom(page, `http://web.b.localhost:${port}/`, asked)).toBe('')
  },
)

async function cookiesAt(page: Page, host: string, port: string): Promise<string> {
  await page.goto(`http://${host}:${port}/cookies`)
  return page.locator('body').innerText()
}

/** The cookies that a service is sent when somebody follows a link to it on a page of another one. */
async function sentWhenLinkedFrom(page: Page, from: string, to: string): Promise<string> {
  await page.goto(from)
  await page.evaluate(`location.href = ${JSON.stringify(to)}`)
  await page.waitForURL(to)
  return page.locator('body').innerText()
}
