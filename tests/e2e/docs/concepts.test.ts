import { pageTest } from './page-test.ts'

pageTest({
  page: 'docs/concepts/routing.md',
  before: {
    "The proxy's life": async (desk) => {
      await desk.clear()
      await desk.prepare('agent proxy stop')
    },
  },
  notTyped: {
    'sudo agent proxy start --port 80': 'needs sudo: tests/e2e/proxy/sudo.test.ts',
  },
})

pageTest({ page: 'docs/concepts/runtimes.md' })
pageTest({ page: 'docs/concepts/isolation.md' })
