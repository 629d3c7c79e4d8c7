import { describe, expect, test } from 'bun:test'
import { defaultProjectConfig } from '../../../src/config/project-config.ts'
import { configOf } from './reading.ts'

const EVERYTHING = `
# yaml-language-server: $schema=./agent.schema.json
name: myapp
agent: claude
version: 1.10
runtime: { python: 3.10 }
dependencies: [node@22, "npm:@scope/pkg@1.2", docker:dind, python@3.10]
command: [npm, run, dev, 1.10, true]
ports: { web: 3000, 10: 8080, 9: "9090" }
env: { A: 1.10, B: true, C: "x y", D: 0x10, E: |
  two
  lines
}
mounts:
  - ./data:/data:ro
  - { source: ../other, target: /x/../y/, readonly: false }
interactive: true
home: persistent
sandbox: auto
network: { policy: strict, allow: [API.example.com, "*.example.org:8443"] }
container: { runtime: docker, user: image, memory: 2g, cpus: 1.5, pids: 100, apple: { builder_dns: [1.1.1.1] } }
`.replace('|\n  two\n  lines\n', '"two\\nlines" ')

describe('agent.yaml', () => {
  test('every key becomes a value', () => {
    expect(configOf(EVERYTHING)).toMatchObject({
      name: 'myapp',
      agent: 'claude',
      version: '1.10',
      image: undefined,
      command: ['npm', 'run', 'dev', '1.10', 'true'],
      env: { A: '1.10', B: 'true', C: 'x y', D: '0x10', E: 'two\nlines' },
      mounts: [
        { source: './data', target: '/data', readonly: true },
        { source: '../other', target: '/y', readonly: false },
      ],
      interactive: true,
      home: 'persistent',
      sandbox: 'auto',
      network: {
        policy: 'strict',
        allow: [{ host: 'api.example.com' }, { host: '*.example.org', port: 8443 }],
      },
      container: {
        runtime: 'docker',
        user: 'image',
        memoryBytes: 2 * 1024 ** 3,
        cpus: 1.5,
        pids: 100,
        builderDns: ['1.1.1.1'],
      },
    })
  })

  test('services keep the order of the file, digits too', () => {
    expect(configOf(EVERYTHING).ports).toEqual([
      { service: 'web', port: 3000 },
      { service: '10', port: 8080 },
      { service: '9', port: 9090 },
    ])
  })

  test('runtime is short for a dependency, and the same one twice is one', () => {
    expect(configOf(EVERYTHING).dependencies).toMatchObject([
      { kind: 'catalogue', name: 'python', version: '3.10' },
      { kind: 'catalogue', name: 'node', version: '22' },
      { kind: 'package', manager: 'npm', name: '@scope/pkg', version: '1.2' },
      { kind: 'docker', mode: 'dind' },
    ])
  })

  test.each([
    ['3.10', '3.10'],
    ['3.1', '3.1'],
    ['22', '22'],
    ['"22"', '22'],
    ['1e3', '1e3'],
    ['022', '022'],
    ['lts', 'lts'],
  ])('version %s is read as it is written', (written, version) => {
    expect(configOf(`runtime: { node: ${written} }`).dependencies).toMatchObject([{ version }])
    expect(configOf(`dependencies: [node@${version}]`).dependencies).toMatchObject([{ version }])
  })

  test('places are known of what somebody may want to point at', () => {
    const { positions, dependencies, mounts } = configOf(
      'sandbox: none\ncontainer:\n  memory: 2g\ndependencies:\n  - gh\nmounts:\n  - a:/a\n',
    )
    expect(Object.fromEntries(positions)).toEqual({
      sandbox: { line: 1, column: 10 },
      'container.memory': { line: 3, column: 11 },
    })
    expect(dependencies[0]?.at).toEqual({ line: 5, column: 5 })
    expect(mounts[0]?.at).toEqual({ line: 7, column: 5 })
  })

  test('a command in one text runs in a shell', () => {
    expect(configOf('command: npm run dev && echo "$HOME"').command).toEqual([
      '/bin/sh',
      '-c',
      'npm run dev && echo "$HOME"',
    ])
  })

  test.each(['', '\n', '# only a comment\n', '---\n', '{}', '~', '\ufeff'])(
    '%j means the defaults',
    (text) => {
      expect(configOf(text)).toEqual(defaultProjectConfig('agent.yaml'))
    },
  )

  test('a list or map whose entries are all commented out is an absent one', () => {
    const text = 'runtime:\ndependencies:\nports:\nenv:\nmounts:\nnetwork:\ncontainer:\n'
    expect(configOf(text)).toEqual(defaultProjectConfig('agent.yaml'))
    expect(configOf('container: { apple: }\nnetwork: { allow: }').container.builderDns).toEqual([])
  })

  test('anchors and aliases stand for what they name', () => {
    const { env, command } = configOf('command: &c [a, &b x]\nenv: { A: *b, B: &b y, C: *b }')
    expect(command).toEqual(['a', 'x'])
    expect(env).toEqual({ A: 'x', B: 'y', C: 'y' })
  })

  test('names that every object has are names like any other', () => {
    const { env, ports } = configOf('env: { constructor: a, toString: b }\nports: { valueof: 1 }')
    expect(env).toEqual({ constructor: 'a', toString: 'b' })
    expect(ports).toEqual([{ service: 'valueof', port: 1 }])
  })

  test('Windows line ends are line ends', () => {
    expect(configOf('name: a\r\nports:\r\n  web: 1\r\n')).toMatchObject({
      name: 'a',
      ports: [{ service: 'web', port: 1 }],
    })
  })
})
