import { expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { browserTest } from './browser-test.ts'
import { homeOfEmbedded, start } from './project.ts'

type Case = { cookie: string; web: boolean; api: boolean; other: boolean }

/** The table of docs/concepts/routing.md: a cookie that web.a.localhost sets, and who gets it. */
function documentedCases(): Case[] {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/concepts/routing.md'), 'utf8')
  return [...text.matchAll(/^\| `((?:__Host-)?x=1.*?)` \|(.*)\|(.*)\|(.*)\|$/gm)].map(
    ([, cookie = '', ...cells]) => {
      const [web = false, api = false, other = false] = cells.map((cell) => cell.trim() === 'sent')
      return { cookie, web, api, other }
    },
  )
}

browserTest(
  'a cookie reaches the service that set it, with Domain= the whole agent, and never another agent',
  async (browser) => {
    await using home = homeOfEmbedded()
    const port = await start(home, 'a')
    await start(home, 'b')
    const cases = documentedCases()
    expect(cases.length).toBe(7)
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
