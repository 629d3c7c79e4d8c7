import type { DebianEntry } from '../catalogue-entry.ts'

/** What Debian's own version of is good enough for. */
export const DEBIAN_PACKAGES: Readonly<Record<string, DebianEntry>> = {
  curl: {
    kind: 'apt',
    description: 'transfer of data by URL',
    homepage: 'https://curl.se',
    packages: ['curl'],
  },
  git: {
    kind: 'apt',
    description: 'version control',
    homepage: 'https://git-scm.com',
    packages: ['git'],
  },
  jq: {
    kind: 'apt',
    description: 'JSON processor',
    homepage: 'https://jqlang.org',
    packages: ['jq'],
  },
  make: {
    kind: 'apt',
    description: 'GNU make',
    homepage: 'https://www.gnu.org/software/make/',
    packages: ['make'],
  },
  mysql: {
    kind: 'apt',
    description: 'client of MySQL and MariaDB',
    homepage: 'https://mariadb.org',
    packages: ['default-mysql-client'],
  },
  psql: {
    kind: 'apt',
    description: 'client of PostgreSQL',
    homepage: 'https://www.postgresql.org',
    packages: ['postgresql-client'],
  },
  'redis-cli': {
    kind: 'apt',
    description: 'client of Redis',
    homepage: 'https://redis.io',
    packages: ['redis-tools'],
  },
  sqlite3: {
    kind: 'apt',
    description: 'shell of SQLite',
    homepage: 'https://www.sqlite.org',
    packages: ['sqlite3'],
  },
}
