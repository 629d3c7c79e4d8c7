import type { Desk } from './desk.ts'
import { pageTest } from './page-test.ts'

const TERMINAL = 'needs a terminal: tests/e2e/terminal'
const SUDO = 'needs sudo: tests/e2e/proxy/sudo.test.ts'

/** One run of the project, as most sections speak of. */
async function withRun(desk: Desk): Promise<void> {
  await desk.clear()
  await desk.prepare('agent run -d ./project')
}

pageTest({
  page: 'docs/reference/cli.md',
  before: {
    // A folder that is a project and holds another one.
    'agent run': (desk) =>
      desk.write('agent.yaml', 'runtime: { node: 22 }\ncommand: [sleep, "60"]\n'),
    Branches: async (desk) => {
      await desk.prepare('git init -q project', 'git -C project add .')
      await desk.prepare(
        "git -C project -c user.name=me -c user.email=me@localhost commit -qm 'Begin'",
      )
    },
    'agent exec': withRun,
    'agent url, agent open': async (desk) => {
      await withRun(desk)
      desk.program('xdg-open', 'exit 0')
    },
    'agent logs': withRun,
    'agent proxy': async (desk) => {
      await desk.clear()
      await desk.prepare('agent proxy stop')
    },
    'agent init': (desk) => desk.prepare('rm project/agent.yaml'),
    'agent build': (desk) => {
      desk.write('several/agent.yaml', 'dependencies: [node@22, "npm:is-odd"]\n')
      desk.write('several/project/agent.yaml', 'dependencies: [node@22, jq]\n')
      desk.enter('several')
    },
  },
  notTyped: {
    'agent run -e ANTHROPIC_API_KEY -i ./project -- claude': TERMINAL,
    'agent attach -i myapp': TERMINAL,
    'agent exec -i myapp -- sh': TERMINAL,
    'sudo agent proxy start --port=80': SUDO,
    'agent run -d --name myapp': SUDO,
    'agent url myapp': SUDO,
    'agent trust ./project': `${TERMINAL}/consent.test.ts`,
  },
  onlyTyped: [
    'agent logs --access myapp',
    'agent status',
    'agent system df',
    'agent clean --dry-run',
  ],
})

pageTest({
  page: 'docs/reference/agent-yaml.md',
  before: {
    'Keys that weaken isolation': (desk) =>
      desk.write('project/agent.yaml', 'name: myapp\nruntime: { node: 22 }\nsandbox: none\n'),
  },
})

pageTest({
  page: 'docs/reference/environment.md',
  before: { 'Variables that are read': (desk) => desk.enter('project') },
})

pageTest({ page: 'docs/reference/exit-codes.md' })
