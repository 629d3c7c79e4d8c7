import type { MetaEntry } from '../catalogue-entry.ts'

/** Names that stand for several others. */
export const META_ENTRIES: Readonly<Record<string, MetaEntry>> = {
  'cli-essentials': {
    kind: 'meta',
    description: 'what a shell is better with',
    members: ['bat', 'fd', 'fzf', 'jq', 'ripgrep', 'yq'],
  },
  'go-extras': {
    kind: 'meta',
    description: 'tools around Go',
    members: ['gofumpt', 'goreleaser', 'govulncheck'],
  },
  k8s: {
    kind: 'meta',
    description: 'tools for Kubernetes',
    members: ['helm', 'kubectl'],
  },
  'node-dev': {
    kind: 'meta',
    description: 'tools around Node.js',
    members: ['eslint', 'prettier', 'typescript'],
  },
  'python-dev': {
    kind: 'meta',
    description: 'tools around Python',
    members: ['black', 'mypy', 'pytest', 'ruff', 'uv'],
  },
}
