import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pageTest } from './page-test.ts'

const SUITE = 'is how this test run came here: .ci/run'
const RELEASE = 'needs a release: tests/e2e/release serves one of its own'
const BREW = 'needs Homebrew; tests/e2e/release looks at the formula and runs its test'
const OTHERS = 'takes away what other tests have: tests/e2e/release removes all of its own'

pageTest({
  page: 'docs/install.md',
  before: {
    Install: (desk) =>
      desk.prepare(
        'mkdir agent',
        'ln -s "$(dirname "$(readlink -f "$(which agent)")")" agent/dist',
      ),
    'From source, without building': (desk) => {
      desk.cwd = join(import.meta.dirname, '..', '..', '..')
    },
    'What is left behind': (desk) => {
      desk.enter('project')
      delete desk.home.env['DOCKER_HOST']
    },
  },
  notTyped: {
    'sh install.sh': RELEASE,
    'sh install.sh --prefix ~/tools': RELEASE,
    'sh install.sh --uninstall': RELEASE,
    'sh install.sh --uninstall --state': RELEASE,
    'brew tap-new me/tap': BREW,
    'cp agent.rb "$(brew --repository me/tap)/Formula/"': BREW,
    'brew install me/tap/agent': BREW,
    'git clone <this repository> agent': SUITE,
    'npx deno run --allow-all src/main.ts list': 'tests/e2e/deno does, and more',
    'npm install': SUITE,
    'npm run build': SUITE,
    'npm run build -- --target linux-arm64': 'tests/e2e/release builds all of them',
    'npm run build -- --all': 'tests/e2e/release builds all of them',
    'rm -r ~/.agentops ~/.local/bin/agent': OTHERS,
    'docker network rm agentops': OTHERS,
    ...(existsSync('/var/run/docker.sock')
      ? { 'agent run --runtime docker': 'this machine has an engine at the default socket' }
      : {}),
  },
})
