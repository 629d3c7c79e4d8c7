import type { RuntimeEntry } from '../catalogue-entry.ts'

/** The languages. What CPython links to is what its official image marks as installed by hand. */
export const RUNTIMES: Readonly<Record<string, RuntimeEntry>> = {
  go: {
    kind: 'base image',
    description: 'Go',
    homepage: 'https://go.dev',
    defaultVersion: '1.22',
    repository: 'golang',
    // There is no slim golang image.
    suffix: '',
    beside: {
      suffix: '-bookworm',
      folders: ['/usr/local/go/'],
      packages: [],
      env: { GOTOOLCHAIN: 'local' },
      path: ['/usr/local/go/bin', '/home/agent/go/bin'],
    },
  },
  node: {
    kind: 'base image',
    description: 'Node.js with npm',
    homepage: 'https://nodejs.org',
    defaultVersion: '22',
    versions: ['18', '19', '20', '21', '22', '23', '24'],
    repository: 'node',
    suffix: '-slim',
    beside: {
      suffix: '-bookworm-slim',
      // Yarn is in /opt.
      folders: ['/usr/local/', '/opt/'],
      packages: ['libatomic1', 'libstdc++6'],
      env: {},
      path: [],
    },
  },
  python: {
    kind: 'base image',
    description: 'CPython with pip',
    homepage: 'https://www.python.org',
    defaultVersion: '3.11',
    versions: ['3.9', '3.10', '3.11', '3.12', '3.13'],
    repository: 'python',
    suffix: '-slim',
    beside: {
      suffix: '-slim-bookworm',
      folders: ['/usr/local/'],
      packages: [
        'libbz2-1.0',
        'libdb5.3',
        'libexpat1',
        'libffi8',
        'libgdbm6',
        'liblzma5',
        'libncursesw6',
        'libnsl2',
        'libreadline8',
        'libsqlite3-0',
        'libssl3',
        'libtirpc3',
        'libuuid1',
        'netbase',
        'tzdata',
        'zlib1g',
      ],
      env: { LANG: 'C.UTF-8' },
      path: [],
    },
  },
  rust: {
    kind: 'base image',
    description: 'Rust with Cargo',
    homepage: 'https://www.rust-lang.org',
    defaultVersion: '1',
    repository: 'rust',
    suffix: '-slim',
    beside: {
      suffix: '-slim-bookworm',
      folders: ['/usr/local/cargo/', '/usr/local/rustup/'],
      // Cargo links with gcc.
      packages: ['gcc', 'libc6-dev'],
      env: { CARGO_HOME: '/usr/local/cargo', RUSTUP_HOME: '/usr/local/rustup' },
      path: ['/usr/local/cargo/bin'],
    },
  },
}
