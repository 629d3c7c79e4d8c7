import type { LevelFiles } from './test-arguments.ts'

/** What speaks to an engine in its own protocols, and so may find another answer at another version. */
const folders = [
  'tests/contract/runtime/',
  'tests/e2e/build/',
  'tests/integration/buildkit/builders.test.ts',
  'tests/integration/buildkit/private-images.test.ts',
  'tests/integration/docker/',
]

/** The further engines to test on: names of tests/engine/engine-suites.ts in AGENT_TEST_MATRIX. */
export function matrixSuites(env: Readonly<Record<string, string | undefined>>): string[] {
  return (env['AGENT_TEST_MATRIX'] ?? '').split(',').filter((name) => name !== '')
}

/** Of the files to run, those that are run on every engine. */
export function matrixFiles(levels: readonly LevelFiles[]): LevelFiles[] {
  return levels
    .map(({ level, files }) => ({
      level,
      files: files.filter((file) => folders.some((folder) => file.startsWith(folder))),
    }))
    .filter(({ files }) => files.length > 0)
}
