import { type Browser, chromium } from 'playwright-core'
import { chromiumProgram } from '../../engine/chromium-program.ts'
import { engineTest, skippedTest } from '../../engine/test-engine.ts'
import { embeddedTest } from '../../support/embedded-test.ts'

const program = await chromiumProgram(process.env)

const NO_CHROMIUM = 'there is no chromium; AGENT_TEST_ENGINE=provision brings one along'

/** What registers a test: `test` of some kind. */
type Register = (name: string, run: () => Promise<void>, timeoutMs?: number) => void

/** A test in headless Chromium with runs of the embedded runtime; skipped, with the reason, where one is missing. */
export function browserTest(
  name: string,
  run: (browser: Browser) => Promise<void>,
  timeoutMs = 90_000,
): void {
  registerBrowserTest(embeddedTest, name, run, timeoutMs)
}

/** The same with runs on an engine. */
export function engineBrowserTest(
  name: string,
  run: (browser: Browser) => Promise<void>,
  timeoutMs = 180_000,
): void {
  registerBrowserTest(engineTest, name, run, timeoutMs)
}

function registerBrowserTest(
  register: Register,
  name: string,
  run: (browser: Browser) => Promise<void>,
  timeoutMs: number,
): void {
  if (program === undefined) {
    skippedTest(name, NO_CHROMIUM)
    return
  }
  const { path, env } = program
  register(
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
