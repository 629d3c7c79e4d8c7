import { expect } from 'bun:test'
import { browserTest } from './browser-test.ts'
import { homeOfEmbedded, start, startHeld } from './project.ts'

browserTest('a name that is not there leads to the nearest one that is', async (browser) => {
  await using home = homeOfEmbedded()
  const port = await start(home, 'myapp')
  const page = await browser.newPage()
  const answer = await page.goto(`http://wbe.myapp.localhost:${port}/`)
  expect(answer?.status()).toBe(404)
  expect(await page.locator('main').innerText()).toContain('did you mean "web"?')
  await page.getByRole('link', { name: /^http:\/\/web/ }).click()
  await page.waitForURL(`http://web.myapp.localhost:${port}/`)
})

browserTest('a service that has stopped to listen is explained', async (browser) => {
  await using home = homeOfEmbedded()
  const port = await start(home, 'myapp')
  const page = await browser.newPage()
  const url = `http://web.myapp.localhost:${port}/`
  await page.goto(url)
  await page.locator('output', { hasText: 'over and back' }).waitFor()
  await page.goto(`${url}quit`)
  const answer = await page.goto(url)
  expect(answer?.status()).toBe(502)
  const text = await page.locator('main').innerText()
  expect(text).toContain('web of myapp does not answer')
  expect(text).toContain('"myapp" runs, but nothing listens on port 3000 in it')
  // The other service of the same run is not touched, and is one click away.
  await page.getByRole('link', { name: /^api/ }).click()
  await page.waitForURL(`http://api.myapp.localhost:${port}/`)
})

browserTest(
  'the page of a service that starts becomes the service when it is up',
  async (browser) => {
    await using home = homeOfEmbedded()
    const { port, release } = await startHeld(home, 'myapp')
    const page = await browser.newPage()
    const answer = await page.goto(`http://web.myapp.localhost:${port}/deep/link?query=1`)
    expect(answer?.status()).toBe(503)
    expect(await page.locator('h1').textContent()).toBe('web of myapp is starting')
    release()
    await page.locator('h1', { hasText: `web.myapp.localhost:${port}` }).waitFor()
    expect(page.url()).toBe(`http://web.myapp.localhost:${port}/deep/link?query=1`)
  },
)
