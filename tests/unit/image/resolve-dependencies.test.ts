import { describe, expect, test } from 'bun:test'
import { resolveDependencies } from '../../../src/image/resolve-dependencies.ts'
import { configOf, reportOf } from '../config/reading.ts'
import { planOf, refusalsOf } from './plans.ts'

/** The names and versions of a plan in one line. */
function outline(...texts: readonly string[]): string {
  const { runtimes, archives, scripts, debianPackages, packages } = planOf(...texts)
  return [
    ...[...runtimes, ...archives, ...scripts].map(({ name, version }) => `${name}@${version}`),
    ...debianPackages,
    ...Object.entries(packages).flatMap(([manager, chosen]) =>
      chosen.map(({ name, version }) => `${manager}:${name}${version ? `@${version}` : ''}`),
    ),
  ].join(' ')
}

describe('dependencies become', () => {
  test.each<[string, string]>([
    ['jq psql', 'jq postgresql-client'],
    ['node', 'node@22'],
    ['golang@v1.23', 'go@1.23'],
    ['gh@v2.50.0', 'gh@2.50.0'],
    ['node typescript@5.7', 'node@22 npm:typescript@5.7'],
    ['node npm:typescript@5.7 typescript', 'node@22 npm:typescript@5.7'],
    ['node claude', 'node@22 npm:@anthropic-ai/claude-code'],
    ['node node-dev npm:b npm:a', 'node@22 npm:a npm:b npm:eslint npm:prettier npm:typescript'],
    ['python pip:Zope_Interface pip:zope.interface', 'python@3.11 pip:zope-interface'],
    ['python uv:httpie', 'python@3.11 uv@0.12.5 uv:httpie'],
    ['python uv@0.9.0 uv:httpie', 'python@3.11 uv@0.9.0 uv:httpie'],
    ['go go:example.com/a/b@1.2.3', 'go@1.22 go:example.com/a/b@v1.2.3'],
    ['go go:example.com/a/b@main', 'go@1.22 go:example.com/a/b@main'],
    ['lazygit', 'lazygit@0.64.1 git'],
    ['rust cargo:just', 'rust@1 cargo:just'],
    ['jq cli-essentials yq@4.44.1', 'bat@0.26.1 fd@10.4.2 fzf@0.74.3 ripgrep@15.2.0 yq@4.44.1 jq'],
  ])('%s: %s', (texts, expected) => {
    expect(outline(...texts.split(' '))).toBe(expected)
    expect(outline(...texts.split(' ').toReversed())).toBe(expected)
  })
})

describe('dependencies are refused:', () => {
  test.each<[string, string[]]>([
    ['nodde', ['dependency nodde is not in the catalogue | did you mean node?']],
    ['nodjs@20', ['dependency nodjs is not in the catalogue | did you mean node@20?']],
    ['frobnicate', ['dependency frobnicate is not in the catalogue | agent deps list']],
    [
      'node@99',
      [
        'dependency node@99 is not offered | write node@ and one of 18, 19, 20, 21, 22, 23, 24, or give an image instead of dependencies',
      ],
    ],
    ['rust@stable', ['dependency rust@stable has no number as its version | write it like rust@1']],
    ['gh@latest', ['dependency gh@latest has no number as its version | write it like gh@2.98.0']],
    [
      'jq@1.7',
      ['dependency jq@1.7 has a version, but jq comes from Debian, which has one | write jq'],
    ],
    [
      'k8s@1',
      [
        'dependency k8s@1 has a version, but k8s is several tools | write k8s, or one of helm, kubectl with a version',
      ],
    ],
    [
      'node@20 nodejs@22',
      ['dependencies nodejs@22 and node@20 are two versions of one thing | keep one of them'],
    ],
    [
      'node typescript@5.6 npm:typescript@5.7',
      [
        'dependencies npm:typescript@5.7 and typescript@5.6 are two versions of one thing | keep one of them',
      ],
    ],
    ['npm:a', ['dependency npm:a needs node | add node to dependencies']],
    ['node-dev', ['dependency node-dev needs node | add node to dependencies']],
    ['uv:ruff', ['dependency uv:ruff needs python | add python to dependencies']],
    [
      'pytest cargo:just frob',
      [
        'dependency frob is not in the catalogue | agent deps list',
        'dependency pytest needs python | add python to dependencies',
        'dependency cargo:just needs rust | add rust to dependencies',
      ],
    ],
  ])('%s', (texts, expected) => {
    expect(refusalsOf(...texts.split(' '))).toEqual(
      expected.map((problem) => `agent.yaml: ${problem}`),
    )
  })

  test('all of them at once, where they are written', () => {
    const { dependencies } = configOf('dependencies:\n  - "npm:a"\n  - nodde\n  - ruff')
    expect(reportOf(resolveDependencies(dependencies, 'sub/agent.yaml'))).toEqual([
      'sub/agent.yaml:2:5: dependency npm:a needs node | add node to dependencies',
      'sub/agent.yaml:3:5: dependency nodde is not in the catalogue | did you mean node?',
      'sub/agent.yaml:4:5: dependency ruff needs python | add python to dependencies',
    ])
  })
})

test('a plan is plain data', () => {
  const plan = planOf('node', 'python', 'gh', 'aws', 'jq', 'npm:a@1')
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
})
