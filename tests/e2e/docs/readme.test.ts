import { pageTest } from './page-test.ts'

pageTest({
  page: 'README.md',
  before: {
    'Work with an agent in it': async (desk) => {
      await desk.prepare('git init -q project', 'git -C project add .')
      await desk.prepare(
        "git -C project -c user.name=me -c user.email=me@localhost commit -qm 'Begin'",
      )
      await desk.prepare('agent run -d --name review ./project')
    },
    'Reach a service': async (desk) => {
      await desk.clear()
      desk.program('xdg-open', 'exit 0')
      await desk.prepare('agent run -d ./project')
    },
  },
  notTyped: {
    'agent run -e ANTHROPIC_API_KEY -i --name review ./project -- claude':
      'needs a terminal and Claude Code: tests/e2e/terminal, tests/e2e/home',
    'agent attach -i review': 'needs a terminal: tests/e2e/terminal',
  },
})
