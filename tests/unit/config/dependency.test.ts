import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import {
  type Dependency,
  formatDependency,
  parseDependency,
} from '../../../src/config/dependency.ts'

describe('a dependency', () => {
  test.each<[string, Dependency]>([
    ['node', { kind: 'catalogue', name: 'node' }],
    ['node@22', { kind: 'catalogue', name: 'node', version: '22' }],
    ['golangci-lint@1.55.2', { kind: 'catalogue', name: 'golangci-lint', version: '1.55.2' }],
    ['npm:prettier', { kind: 'package', manager: 'npm', name: 'prettier' }],
    ['npm:@scope/pkg', { kind: 'package', manager: 'npm', name: '@scope/pkg' }],
    ['npm:@scope/pkg@1.2', { kind: 'package', manager: 'npm', name: '@scope/pkg', version: '1.2' }],
    [
      'pip:uvicorn[standard]@0.30',
      { kind: 'package', manager: 'pip', name: 'uvicorn[standard]', version: '0.30' },
    ],
    ['uv:ruff@0.8.4', { kind: 'package', manager: 'uv', name: 'ruff', version: '0.8.4' }],
    ['cargo:just', { kind: 'package', manager: 'cargo', name: 'just' }],
    [
      'go:golang.org/x/tools/gopls@v0.17.1',
      { kind: 'package', manager: 'go', name: 'golang.org/x/tools/gopls', version: 'v0.17.1' },
    ],
    ['docker:host', { kind: 'docker', mode: 'host' }],
    ['docker:dind', { kind: 'docker', mode: 'dind' }],
  ])('%s', (text, dependency) => {
    expect(parseDependency(text)).toEqual({ ok: true, value: dependency })
    expect(formatDependency(dependency)).toBe(text)
  })

  const bothEngines =
    'write docker:host (the engine of this machine) or docker:dind (an engine of its own)'

  test.each([
    ['docker', 'dependency "docker" does not say which engine', bothEngines],
    ['docker@27', 'dependency "docker@27" does not say which engine', bothEngines],
    ['docker:', 'dependency "docker:" names no engine', bothEngines],
    ['docker:rootless', 'dependency "docker:rootless" names no engine', bothEngines],
    ['node:22', 'dependency "node:22" has a colon before its version', 'write node@22'],
    ['nmp:prettier', 'dependency "nmp:prettier" has an unknown prefix "nmp"', 'write npm:prettier'],
    [
      'gem:rails',
      'dependency "gem:rails" has an unknown prefix "gem"',
      'the prefixes are npm, pip, uv, cargo, go and docker',
    ],
    ['Node', 'dependency "Node" is not a name', 'write node'],
    ['node >=22', 'dependency "node >=22" is not a name', 'write node@22'],
    ['', 'dependency "" is not a name', 'write it like node, node@22 or npm:prettier'],
    [
      'node@',
      'dependency "node@" has no valid version after the "@"',
      'write one version, like node@22 (no ranges)',
    ],
    [
      'npm:a@^1.2',
      'dependency "npm:a@^1.2" has no valid version after the "@"',
      'write one version, like node@22 (no ranges)',
    ],
    [
      'npm:',
      'dependency "npm:" has no valid npm package name',
      'write it like npm:prettier@3.4.2 or npm:@scope/name',
    ],
    [
      'go:gopls',
      'dependency "go:gopls" has no valid go package name',
      'write the full path, like go:golang.org/x/tools/gopls@v0.17.1',
    ],
    [
      'go:a/../b',
      'dependency "go:a/../b" has no valid go package name',
      'write the full path, like go:golang.org/x/tools/gopls@v0.17.1',
    ],
    [
      'pip:a; rm',
      'dependency "pip:a; rm" has no valid pip package name',
      'write it like pip:requests@2.32.3',
    ],
  ])('%j is none', (text, what, fix) => {
    expect(parseDependency(text)).toEqual({ ok: false, what, fix })
  })

  test('what is read is written again as it was, and holds nothing a shell reads', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.stringMatching(
        /^(?:(?:npm|pip|uv|cargo|go|docker|gem):)?[@a-z0-9/._[\], ;$`&-]{0,12}(?:@[a-z0-9.^~+]{0,6})?$/,
      ),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const result = parseDependency(text)
        if (!result.ok) return
        expect(formatDependency(result.value)).toBe(text)
        expect(text).toMatch(/^[a-zA-Z0-9@:/._[\],+-]+$/)
      }),
    )
  })
})
