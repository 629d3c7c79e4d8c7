import { describe, expect, test } from 'bun:test'
import { problemsOf } from './reading.ts'

/** One mistake per row: the text, the place and what is said, the fix. */
const MISTAKES: readonly [text: string, what: string, fix: string][] = [
  ['prots: {}', '1:1: unknown key "prots"', 'did you mean ports?'],
  ['container: { memroy: 1g }', '1:14: unknown key "memroy" in container', 'did you mean memory?'],
  ['volumes: []', '1:1: unknown key "volumes"', 'here it is called mounts'],
  ['policy: strict', '1:1: unknown key "policy"', 'move it into network'],
  [
    'network: { sandbox: none }',
    '1:12: unknown key "sandbox" in network',
    'move sandbox to the top of the file',
  ],
  ['network: { zzz: 1 }', '1:12: unknown key "zzz" in network', 'the keys here are policy, allow'],
  ['- a', '1:1: the file is a list, not a map', 'write keys and values, like name: my-app'],
  ['run me', '1:1: the file is "run me", not a map', 'write keys and values, like name: my-app'],
  ['name:', '1:1: name has no value', 'write it like name: my-app'],
  ['name: a.b', '1:7: name "a.b" holds ".", which a DNS label cannot', 'write a-b'],
  ['name: [a]', '1:7: name is a list, not a text', 'write it like name: my-app'],
  ['version: " "', '1:10: a text is empty', 'write a text or remove the key'],
  ['runtime: { node: }', '1:12: runtime.node has no value', 'write a version, like node: 22'],
  [
    'runtime: { node: "22 || 24" }',
    '1:18: version "22 || 24" is not a version',
    'write it like 22 or 3.12.1',
  ],
  [
    'runtime: { ruby: 3 }',
    '1:12: unknown key "ruby" in runtime',
    'the keys here are node, python, go',
  ],
  [
    'dependencies: node',
    '1:15: dependencies is "node", not a list',
    'write it like dependencies: [node@22]',
  ],
  [
    'dependencies: [{ node: 22 }]',
    '1:16: dependencies[0] is a map, not a text',
    'write it as one text, like node@22',
  ],
  [
    'dependencies: [node@20, node@22]',
    '1:25: node@22 and node@20 are both asked for',
    'keep one of them',
  ],
  [
    'runtime: { go: 1 }\ndependencies: [go]',
    '2:16: go and go@1 are both asked for',
    'keep one of them',
  ],
  [
    'dependencies: [docker:host, docker:dind]',
    '1:29: docker:dind and docker:host are both asked for',
    'keep one of them',
  ],
  [
    'image: x\nruntime: { go: 1 }',
    '2:1: runtime and image are both given, but an image is used as it is',
    'remove runtime or image',
  ],
  [
    'image: Foo',
    '1:8: image "Foo" is not an image reference: "Foo" has upper-case letters',
    'write it like debian:bookworm-slim or ghcr.io/owner/name:tag',
  ],
  ['command: []', '1:10: command is empty', 'write it like command: [npm, run, dev]'],
  ['command: ""', '1:10: command is empty', 'write a command or remove the key'],
  ['command: { a: b }', '1:10: command is a map', 'write it like command: [npm, run, dev]'],
  ['command: [a, ]\n', '', ''],
  ['command: [a, [b]]', '1:14: command[1] is a list, not a text', 'write every word as a text'],
  ['command: ["", b]', '1:11: the first word of command is empty', 'name a program'],
  ['ports: [3000]', '1:8: ports is a list, not a map', 'write it like ports: { web: 3000 }'],
  [
    'ports: { Web: 1 }',
    '1:10: service name "Web" has upper-case letters, which host names do not keep',
    'write web',
  ],
  [
    'ports: { web: 0 }',
    '1:15: port "0" is not a number from 1 to 65535',
    'choose a port from 1 to 65535',
  ],
  [
    'ports: { web: "8080:80" }',
    '1:15: port "8080:80" is not a number from 1 to 65535',
    'write the port inside the container only, like web: 3000',
  ],
  ['ports: { web: }', '1:10: ports.web has no value', 'write a port, like web: 3000'],
  [
    'ports: { a: 1, b: 2, c: 1 }',
    '1:25: port "1" has two services, "a" and "c"',
    'give each service a port of its own',
  ],
  ['ports: { a: 1, a: 2 }', '1:16: key "a" is written twice, first on line 1', 'keep one of them'],
  ['env: { A: }', '1:8: env.A has no value', 'write "" for an empty value'],
  ['env: [A=secret]', '1:6: env is a list, not a map', 'write it like env: { LOG_LEVEL: debug }'],
  [
    'env: { "A B": 1 }',
    '1:8: variable name "A B" holds a character that names cannot have',
    'write NAME=value',
  ],
  [
    'env: { AGENTOPS_URL_WEB: x }',
    '1:8: variable "AGENTOPS_URL_WEB" is set by agent in every run',
    'choose another name',
  ],
  [
    'env: { A: "\\0" }',
    '1:11: "\\u0000" holds a character that cannot be used',
    'remove the character',
  ],
  ['mounts: [a]', '1:10: mount "a" has no target', 'write source:target or source:target:ro'],
  [
    'mounts: [[a]]',
    '1:10: mounts[0] is a list',
    'write it like "./data:/data:ro" or { source: ./data, target: /data }',
  ],
  [
    'mounts: [{ source: a }]',
    '1:10: mounts[0].target is missing',
    'name the place inside the container, like target: /data',
  ],
  [
    'mounts: [{ source: a, target: b }]',
    '1:31: mount target "b" is not absolute',
    'name the place inside the container, like /data',
  ],
  [
    'mounts: [{ source: a, target: /b, ro: true }]',
    '1:35: unknown key "ro" in mounts[0]',
    'the keys here are source, target, readonly',
  ],
  ['mounts: ["a:/b", "c:/b/"]', '1:18: mount target "/b" is given twice', 'keep one of them'],
  ['interactive: yes', '1:14: "yes" is not true or false', 'write true or false'],
  [
    'home: ephemera',
    '1:7: home is "ephemera", not one of ephemeral, persistent',
    'write ephemeral',
  ],
  [
    'sandbox: false',
    '1:10: sandbox is "false", not one of gvisor, auto, none',
    'write one of gvisor, auto, none',
  ],
  ['sandbox:', '1:1: sandbox has no value', 'write one of gvisor, auto, none'],
  [
    'network: { allow: [a.b] }',
    '1:12: network.allow has no effect while network.policy is permissive',
    'add policy: strict, or remove allow',
  ],
  [
    'network: { policy: strict, allow: ["http://a.b/c"] }',
    '1:36: "http://a.b/c" is not a host',
    'write a.b',
  ],
  [
    'container: { memory: lots }',
    '1:22: "lots" is not a size',
    'write a number and a unit: 512m, 2g',
  ],
  [
    'container: { cpus: 0 }',
    '1:20: "0" is not a number of CPUs',
    'write a number from 0.01, like 1.5',
  ],
  ['container: { pids: -1 }', '1:20: "-1" is not a number of processes', 'write a number from 1'],
  [
    'container: { user: root }',
    '1:20: container.user is "root", not one of host, image',
    'write one of host, image',
  ],
  [
    'container: { apple: { builder_dns: [dns] } }',
    '1:37: "dns" is not an IP address',
    'write it like 1.1.1.1',
  ],
  [
    'agents: { root: {} }\nmodels: {}',
    '1:1: the key "agents" shows that this file belongs to another product',
    'rename it, and keep agent.yaml for what this product reads',
  ],
]

describe('a mistake in agent.yaml', () => {
  test.each(MISTAKES)('%j', (text, what, fix) => {
    expect(problemsOf(text)).toEqual(what === '' ? [] : [`agent.yaml:${what} | ${fix}`])
  })

  test('all of them come at once, in the order of the file', () => {
    const text = MISTAKES.map(([mistake]) => mistake)
      .filter((mistake) =>
        /^(?:name: a|ports: \{ Web|sandbox: false|volumes|interactive)/.test(mistake),
      )
      .join('\n')
    expect(problemsOf(text).map((problem) => problem.split(':')[1])).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
    ])
  })

  test('a value that cannot be right does not hide the next one', () => {
    const problems = problemsOf(
      'image: X\nruntime: [1]\nports: { A: 0, B: 1, C: 1 }\nmounts: [a, "b:/b", "c:/b", { target: c }]',
    )
    expect(problems.map((problem) => problem.replace(/ \|.*/, ''))).toEqual([
      'agent.yaml:1:8: image "X" is not an image reference: "X" has upper-case letters',
      'agent.yaml:2:1: runtime and image are both given, but an image is used as it is',
      'agent.yaml:2:10: runtime is a list, not a map',
      'agent.yaml:3:10: service name "A" has upper-case letters, which host names do not keep',
      'agent.yaml:3:13: port "0" is not a number from 1 to 65535',
      'agent.yaml:3:16: service name "B" has upper-case letters, which host names do not keep',
      'agent.yaml:3:22: service name "C" has upper-case letters, which host names do not keep',
      'agent.yaml:3:25: port "1" has two services, "B" and "C"',
      'agent.yaml:4:10: mount "a" has no target',
      'agent.yaml:4:21: mount target "/b" is given twice',
      'agent.yaml:4:29: mounts[3].source is missing',
      'agent.yaml:4:39: mount target "c" is not absolute',
    ])
  })

  test('values of variables are never shown', () => {
    const texts = [
      'env: hunter2',
      'env: [hunter2]',
      'env: { "A=hunter2": [hunter2] }',
      'env: { "": hunter2 }',
      'env: { A=hunter2 }',
    ]
    for (const text of texts) expect(problemsOf(text).join('\n')).not.toContain('hunter2')
  })
})
