import { type Browser, chromium } from 'playwright-core'
import { chromiumProgram } from '../../engine/chromium-program.ts'
import { skippedTest } from '../../engine/test-engine.ts'
import { embeddedTest } from '../../support/embedded-test.ts'

const program = await chromiumProgram(process.env)

/** A test in headless Chromium with runs of the embedded runtime; skipped, with the reason, where one is missing. */
export function browserTest(
  name: string,
  run: (browser: Browser) => Promise<void>,
  timeoutMs = 90_000,
): void {
  if (program === undefined) {
    skippedTest(name, 'there is no chromium; AGENT_TEST_ENGINE=provision brings one along')
    return
  }
  const { path, env } = program
  embeddedTest(
    name,
    async () => {
      const browser = await chromium.launch({
        executablePath: path,
        env: { ...process.env, ...env },
        // Root has no use of Chromium's own sandbox, and /dev/shm is small in containers.
        args: ['--no-sandbox', '--disable-dev-shm-usage'],
      })
      try {
        await run(browser)
      } finally {
        await browser.close()
      }
    },
    timeoutMs,
  )
}
