import { join } from 'node:path'
import { docker } from '../support/agent-home.ts'
import { pageTest } from './page-test.ts'

const TERMINAL = 'needs a terminal: tests/e2e/terminal'
const CODING_AGENT = 'signs a coding agent in, on a terminal: tests/e2e/home, tests/e2e/terminal'
const OUTSIDE = 'needs a service outside'

pageTest({
  page: 'docs/guides/first-agent.md',
  before: {
    'Leave and come back': (desk) => desk.prepare('agent run -d ./project'),
    'Remove it': (desk) => {
      desk.enter('project')
    },
  },
  notTyped: {
    'agent run': CODING_AGENT,
    'agent run -e ANTHROPIC_API_KEY': CODING_AGENT,
    'agent run -e OPENAI_API_KEY': CODING_AGENT,
    'agent attach -i myapp': TERMINAL,
    'agent run --branch feature/login': CODING_AGENT,
    'agent run --branch fix-typo': CODING_AGENT,
  },
})

pageTest({
  page: 'docs/guides/oauth.md',
  notTyped: {
    'cloudflared tunnel --url http://127.0.0.1:8080 --http-host-header web.myapp.localhost':
      OUTSIDE,
    'ngrok http 8080 --host-header web.myapp.localhost': OUTSIDE,
    'caddy reverse-proxy --from https://web.myapp.localhost --to 127.0.0.1:8080':
      'wants to install a certificate authority',
  },
})

pageTest({
  page: 'docs/guides/docker-inside.md',
  before: {
    'An engine of its own': async (desk) => {
      desk.write('builder/agent.yaml', 'name: builder\ndependencies: [docker:dind]\n')
      desk.write(
        'builder/Dockerfile',
        'FROM scratch\nCOPY busybox /\nCMD ["/busybox", "echo", "built"]\n',
      )
      desk.enter('builder')
      const container = await docker(['create', 'busybox:latest'])
      await docker(['cp', `${container}:/bin/busybox`, join(desk.cwd, 'busybox')])
      await docker(['rm', container])
      await desk.prepare('agent trust --yes .')
    },
    'The engine of your machine': async (desk) => {
      desk.write('deployer/agent.yaml', 'name: deployer\ndependencies: [docker:host]\n')
      desk.enter('deployer')
      await desk.prepare('agent trust --yes .')
    },
  },
  notTyped: {
    'agent trust .': 'asks on a terminal: tests/e2e/terminal/consent.test.ts',
    'export AGENTOPS_BUILDKIT_IMAGE=registry.example.com/moby/buildkit:v0.34.2': OUTSIDE,
    'agent run .': OUTSIDE,
  },
})

pageTest({
  page: 'docs/guides/private-registries.md',
  notTyped: {
    'docker login ghcr.io': OUTSIDE,
    'agent run': `${OUTSIDE}; tests/e2e/build/private-registry.test.ts has one of its own`,
  },
})
