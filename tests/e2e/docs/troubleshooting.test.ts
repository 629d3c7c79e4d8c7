import { pageTest } from './page-test.ts'

pageTest({
  page: 'docs/troubleshooting.md',
  before: {
    'no container engine answers': (desk) => desk.enter('examples/multi-service'),
    'runs are in gVisor unless told otherwise, and … does not have it': (desk) =>
      desk.enter('project'),
    'the engine has no addresses left for the network': (desk) => desk.clear(),
    'port 8080 is in use…': (desk) => desk.prepare('agent proxy stop'),
    'the proxy listens on port 8080 already, not on 9090': (desk) =>
      desk.prepare('agent proxy restart --port 8080'),
    '502: "myapp" runs, but nothing listens on port 3000 in it': (desk) =>
      desk.prepare('agent proxy restart --port 8080', 'agent run -d ./project'),
    'the name "myapp" is taken by …': (desk) => desk.enter('project'),
    '`orphaned` in agent list': (desk) => desk.clear(),
    'mounting … would give away …': (desk) => desk.enter('project'),
    'there is no terminal to ask on': (desk) => {
      desk.write('several/agent.yaml', 'image: busybox\nsandbox: none\n')
      desk.enter('several')
    },
    'the image could not be built…': (desk) => desk.enter('examples/several-runtimes'),
  },
  notTyped: {
    'sudo agent proxy start --port=80': 'needs sudo: tests/e2e/proxy/sudo.test.ts',
    'agent trust': 'asks on a terminal: tests/e2e/terminal/consent.test.ts',
  },
})
