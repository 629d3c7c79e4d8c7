import { describe, expect, test } from 'bun:test'
import { type MountContext, weakeningKeys } from '../../../src/config/weakening-keys.ts'
import { configOf } from './reading.ts'

const links: Readonly<Record<string, string>> = { '/w/link': '/home/me/.ssh', '/link-to-w': '/w' }

const context: MountContext = {
  workspace: '/w',
  homeDir: '/home/me',
  realPath: (path) => links[path] ?? path,
}

function weakening(text: string, changes: Partial<MountContext> = {}) {
  return weakeningKeys(configOf(text), { ...context, ...changes })
}

function valuesIn(text: string, changes: Partial<MountContext> = {}) {
  return weakening(text, changes).keys.map(({ key, value }) => `${key}: ${value}`)
}

describe('what weakens isolation', () => {
  test.each([
    ['', []],
    ['sandbox: gvisor', []],
    ['sandbox: none', ['sandbox: none']],
    ['sandbox: auto', ['sandbox: auto']],
    ['dependencies: [node, docker:dind]', ['dependencies: docker:dind']],
    ['container: { user: host }', []],
    ['container: { user: image }', ['container.user: image']],
    ['mounts: ["./data:/data", "sub/../x:/x", "/w/y:/y"]', []],
    ['mounts: ["../data:/data:ro"]', ['mounts: /data:/data:ro']],
    ['mounts: ["~/.cache:/c"]', ['mounts: /home/me/.cache:/c']],
    ['mounts: ["/wx:/c"]', ['mounts: /wx:/c']],
    ['mounts: ["./link:/keys"]', ['mounts: /home/me/.ssh:/keys']],
  ])('%j', (text, values) => {
    expect(valuesIn(text)).toEqual(values)
  })

  test('a workspace behind a link is inside itself', () => {
    expect(
      valuesIn('mounts: ["./data:/data"]', {
        workspace: '/link-to-w',
        realPath: (path) => path.replace('/link-to-w', '/w'),
      }),
    ).toEqual([])
  })

  test('is told with its place in the file', () => {
    expect(weakening('name: a\nsandbox: none').keys).toEqual([
      { key: 'sandbox', value: 'none', at: { line: 2, column: 10 } },
    ])
  })
})

describe('what consent is kept as', () => {
  const text = 'sandbox: none\nmounts: ["/a:/a", "/b:/b:ro"]\ndependencies: [docker:host]'

  test('is a SHA-256', () => {
    expect(weakening(text).hash).toMatch(/^[0-9a-f]{64}$/)
  })

  test('does not change with anything else, nor with order and spelling', () => {
    const same =
      'name: x\ndependencies: [node, docker:host]\nmounts: [{ source: /x/../b, target: /b/, readonly: true }, "/a:/a", "./in:/in"]\nsandbox: "none"'
    expect(weakening(same).hash).toBe(weakening(text).hash)
  })

  test.each([
    text.replace('none', 'auto'),
    text.replace(':ro', ''),
    text.replace('/a:/a', '/a:/c'),
    text.replace('docker:host', 'docker:dind'),
    `${text}\ncontainer: { user: image }`,
    'sandbox: none',
  ])('changes with every key and value: %j', (other) => {
    expect(weakening(other).hash).not.toBe(weakening(text).hash)
  })

  test('changes when a link leads elsewhere', () => {
    const mounts = 'mounts: ["./link:/keys"]'
    expect(weakening(mounts, { realPath: () => '/etc' }).hash).not.toBe(weakening(mounts).hash)
  })

  test('tells paths apart that are written alike', () => {
    const one = 'mounts: [{ source: "/a", target: "/b:/c" }]'
    const other = 'mounts: [{ source: "/a:/b", target: "/c" }]'
    expect(valuesIn(one)).toEqual(valuesIn(other))
    expect(weakening(one).hash).not.toBe(weakening(other).hash)
  })
})
