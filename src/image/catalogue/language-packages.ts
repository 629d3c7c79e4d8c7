import type { PackageEntry } from '../catalogue-entry.ts'

/** Tools that the package managers of languages install. What each manager needs is in package-managers.ts. */
export const LANGUAGE_PACKAGES: Readonly<Record<string, PackageEntry>> = {
  black: {
    kind: 'pip',
    description: 'formatter of Python',
    homepage: 'https://black.readthedocs.io',
    package: 'black',
  },
  'claude-code': {
    kind: 'npm',
    description: 'Claude Code, the coding agent of Anthropic (command claude)',
    homepage: 'https://www.anthropic.com/claude-code',
    package: '@anthropic-ai/claude-code',
  },
  'codex-cli': {
    kind: 'npm',
    description: 'Codex, the coding agent of OpenAI (command codex)',
    homepage: 'https://github.com/openai/codex',
    package: '@openai/codex',
  },
  eslint: {
    kind: 'npm',
    description: 'linter of JavaScript',
    homepage: 'https://eslint.org',
    package: 'eslint',
  },
  govulncheck: {
    kind: 'go',
    description: 'finder of known vulnerabilities in Go programs',
    homepage: 'https://pkg.go.dev/golang.org/x/vuln/cmd/govulncheck',
    package: 'golang.org/x/vuln/cmd/govulncheck',
  },
  mockgen: {
    kind: 'go',
    description: 'generator of mocks for Go interfaces',
    homepage: 'https://github.com/uber-go/mock',
    package: 'go.uber.org/mock/mockgen',
  },
  mypy: {
    kind: 'pip',
    description: 'type checker of Python',
    homepage: 'https://mypy-lang.org',
    package: 'mypy',
  },
  pnpm: {
    kind: 'npm',
    description: 'package manager of JavaScript',
    homepage: 'https://pnpm.io',
    package: 'pnpm',
  },
  prettier: {
    kind: 'npm',
    description: 'formatter of JavaScript, CSS, Markdown and more',
    homepage: 'https://prettier.io',
    package: 'prettier',
  },
  pytest: {
    kind: 'pip',
    description: 'test runner of Python',
    homepage: 'https://pytest.org',
    package: 'pytest',
  },
  ruff: {
    kind: 'pip',
    description: 'linter and formatter of Python',
    homepage: 'https://docs.astral.sh/ruff/',
    package: 'ruff',
  },
  typescript: {
    kind: 'npm',
    description: 'TypeScript (command tsc)',
    homepage: 'https://www.typescriptlang.org',
    package: 'typescript',
  },
  yarn: {
    kind: 'npm',
    description: 'package manager of JavaScript, version 1',
    homepage: 'https://classic.yarnpkg.com',
    package: 'yarn',
  },
}
