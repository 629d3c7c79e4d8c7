import { pageTest } from './page-test.ts'

const CODING_AGENT = 'signs a coding agent in, on a terminal: tests/e2e/home, tests/e2e/terminal'

pageTest({ page: 'examples/multi-service/README.md' })
pageTest({ page: 'examples/python/README.md' })
pageTest({ page: 'examples/several-runtimes/README.md' })
pageTest({
  page: 'examples/claude-code/README.md',
  notTyped: {
    'agent run examples/claude-code': CODING_AGENT,
    'agent run -e ANTHROPIC_API_KEY examples/claude-code': CODING_AGENT,
  },
})
pageTest({
  page: 'examples/codex/README.md',
  notTyped: {
    'agent run examples/codex': CODING_AGENT,
    'agent run -e OPENAI_API_KEY examples/codex': CODING_AGENT,
  },
})
